import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Draws } from '../../chaos/draws.js';
import { samplePhoto } from '../../support/frames.js';
import { type ProcessCluster, startProcessCluster } from '../../support/process-cluster.js';
import { CLUSTER_YAML, DEVICES } from '../soak-cluster.js';
import { SteadySender } from '../steady-sender.js';
import { type MemorySample, MemorySampler } from './node-sample.js';
import type { MemoryRun } from './verdict.js';

const SAMPLE_MS = 10_000;
/** Each with its share of the load. */
const SENDERS = [
  { name: 'a client', from: '127.0.0.1', to: 'gateway', share: 2 / 3 },
  { name: "a device's camera", from: '127.0.0.3', to: 'e1', share: 1 / 3 },
] as const;

export interface MemoryPlan {
  readonly hours: number;
  /** Frames a second, altogether. */
  readonly perSecond: number;
  readonly seed: number;
}

/**
 * Gives a cluster of its own a steady load, and looks at the memory of its processes.
 *
 * @param onSample told of every look.
 */
export async function runMemorySoak(plan: MemoryPlan, onSample: (sample: MemorySample) => void): Promise<MemoryRun> {
  const folder = await mkdtemp(join(tmpdir(), 'deepthings-soak-'));
  const cluster = await startProcessCluster(CLUSTER_YAML, DEVICES, { logFolder: folder });
  const sampler = new MemorySampler(cluster);
  try {
    return await underLoad(plan, cluster, sampler, onSample);
  } finally {
    await sampler.close();
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function underLoad(
  { hours, perSecond, seed }: MemoryPlan,
  cluster: ProcessCluster,
  sampler: MemorySampler,
  onSample: (sample: MemorySample) => void,
): Promise<MemoryRun> {
  const picture = samplePhoto('sample5.jpg');
  const startMs = performance.now();
  const senders = SENDERS.map(({ name, from, to, share }, i) => {
    const url = `${cluster.listens(to)}/frames`;
    return new SteadySender({ name, url, from, perSecond: share * perSecond, picture }, new Draws(seed, i));
  });
  const samples: MemorySample[] = [];
  try {
    for (let dueMs = SAMPLE_MS; dueMs <= hours * 3_600_000; dueMs += SAMPLE_MS) {
      await sleep(Math.max(0, startMs + dueMs - performance.now()));
      const sample = await sampler.sample(performance.now() - startMs);
      samples.push(sample);
      onSample(sample);
    }
  } finally {
    await Promise.all(senders.map((sender) => sender.stop()));
  }
  return { samples, senders: senders.map(({ counts, plan }) => ({ ...counts, plan: { name: plan.name } })) };
}
