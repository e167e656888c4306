import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Draws } from '../chaos/draws.js';
import { samplePhoto, submit } from '../support/frames.js';
import { INSPECTED } from '../support/node-memory.js';
import { growth, type NodeUse, quiet, useOf } from '../support/node-use.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { type Sample, Sampler } from './samples.js';
import { CLUSTER_YAML, DEVICES, QUEUED_FRAMES } from './soak-cluster.js';
import { type SenderPlan, SteadySender } from './steady-sender.js';
import { overloadMistakes, type SoakFacts } from './verdict.js';

/** Frames under way while the capacity is measured. */
const LANES = 16;
const CAPACITY_MS = 6_000;
const SAMPLE_MS = 1_000;
/** What each asks for, of what the cluster can do: twice as much altogether. */
const SENDERS = [
  { name: 'a client that floods', from: '127.0.0.1', to: 'gateway', share: 1.6, isModest: false },
  { name: 'a client with a camera', from: '127.0.0.2', to: 'gateway', share: 0.2, isModest: true },
  { name: "a device's camera", from: '127.0.0.3', to: 'e1', share: 0.2, isModest: true },
] as const;

export interface SoakPlan {
  readonly seconds: number;
  readonly seed: number;
  readonly keep: boolean;
}

export interface SoakReport {
  readonly wrong: readonly string[];
  /** Frames a second, one after another in some lanes. */
  readonly capacity: number;
  readonly samples: readonly Sample[];
  readonly senders: SoakFacts['senders'];
  /** When the cluster was warm and quiet, and when it was quiet again. */
  readonly before: readonly NodeUse[];
  readonly after: readonly NodeUse[];
  /** Where the logs are, when something is wrong. */
  readonly folder: string | null;
}

/**
 * Asks a cluster of its own for twice what it can do, for a while, and says what was wrong with how it took that.
 *
 * @param onSample told of every look at the nodes.
 */
export async function runSoak(plan: SoakPlan, onSample: (sample: Sample) => void): Promise<SoakReport> {
  const folder = await mkdtemp(join(tmpdir(), 'deepthings-soak-'));
  const cluster = await startProcessCluster(CLUSTER_YAML, DEVICES, { nodeArguments: INSPECTED, logFolder: folder });
  const sampler = new Sampler(cluster);
  try {
    const picture = samplePhoto('sample5.jpg');
    const capacity = await capacityOf(cluster, picture);
    const before = await useOfAll(cluster, folder);
    const { samples, senders, settled } = await overload({ plan, cluster, sampler, picture, capacity, onSample });
    const after = await useOfAll(cluster, folder);
    const wrong = [
      ...overloadMistakes({ samples, senders, queuedFrames: QUEUED_FRAMES }),
      ...settled,
      ...growth(before, after),
    ];
    const kept = plan.keep || wrong.length > 0;
    if (!kept) await rm(folder, { recursive: true, force: true });
    return { wrong, capacity, samples, senders, before, after, folder: kept ? folder : null };
  } finally {
    await sampler.close();
    await cluster.stop();
  }
}

/** Frames a second that the cluster ends when it always has some to do. */
async function capacityOf({ client }: ProcessCluster, picture: Uint8Array): Promise<number> {
  const inLanes = async (ms: number) => {
    const startMs = performance.now();
    let ended = 0;
    const lane = async () => {
      while (performance.now() - startMs < ms) {
        await submit(client, picture);
        ended++;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return (1_000 * ended) / (performance.now() - startMs);
  };
  // Cold code is slow.
  await inLanes(CAPACITY_MS);
  return inLanes(CAPACITY_MS);
}

interface Overload {
  readonly plan: SoakPlan;
  readonly cluster: ProcessCluster;
  readonly sampler: Sampler;
  readonly picture: Uint8Array;
  readonly capacity: number;
  readonly onSample: (sample: Sample) => void;
}

async function overload({ plan, cluster, sampler, picture, capacity, onSample }: Overload) {
  const startMs = performance.now();
  const running = SENDERS.map(({ name, from, to, share, isModest }, i) => {
    const url = `${cluster.listens(to)}/frames`;
    const senderPlan: SenderPlan = { name, url, from, perSecond: share * capacity, picture };
    return { isModest, sender: new SteadySender(senderPlan, new Draws(plan.seed, i)) };
  });
  const samples: Sample[] = [];
  try {
    while (performance.now() - startMs < 1_000 * plan.seconds) {
      await sleep(SAMPLE_MS);
      const sample = await sampler.sample(performance.now() - startMs);
      samples.push(sample);
      onSample(sample);
    }
  } finally {
    await Promise.all(running.map(({ sender }) => sender.stop()));
  }
  const senders = running.map(({ isModest, sender: { counts, plan } }) => ({ ...counts, plan, isModest }));
  return { samples, senders, settled: await quiet(cluster) };
}

async function useOfAll(cluster: ProcessCluster, folder: string): Promise<NodeUse[]> {
  await quiet(cluster);
  return Promise.all(cluster.nodes.map((node) => useOf(cluster, node, folder)));
}
