import { performance } from 'node:perf_hooks';
import type { Schemas } from '../../../client/client.js';
import { DeepThingsError } from '../../errors.js';
import { bytesBetweenNodes } from '../hosts/link-counters.js';
import type { TestHosts } from '../hosts/test-hosts.js';
import type { BenchCluster } from './bench-cluster.js';
import { askedStrategy, type BenchStrategy } from './bench-strategy.js';
import type { FrameCheck } from './check/frame-check.js';
import { type ThreadTimes, usedSince } from './cpu-profile.js';
import { type MeasuredFrame, measuredFrame } from './measured-frame.js';
import { type MemoryPeaks, MemoryWatch } from './memory-watch.js';
import type { Batch } from './run-matrix.js';

/** What frames that were under way together took. */
export interface MeasuredBatch {
  readonly batch: Batch;
  readonly frames: readonly MeasuredFrame[];
  /** From the first submission to the last answer, at the client. */
  readonly seconds: number;
  /** Between nodes, with all headers. */
  readonly linkBytes: number;
  /** Of each device's process while the frames were under way. */
  readonly memory: ReadonlyMap<string, MemoryPeaks>;
  /** What each node used meanwhile; null for warm-ups. */
  readonly cpu: ReadonlyMap<string, ThreadTimes> | null;
}

export interface BatchParts {
  readonly cluster: BenchCluster;
  readonly hosts: TestHosts;
  readonly check: FrameCheck;
  /** Pictures to submit; a source has one of them. */
  readonly pictures: readonly Uint8Array[];
  readonly signal: AbortSignal;
}

/** As long as the contract lets a request wait. */
const WAIT_SECONDS = 300;

/**
 * Submits a batch's frames, waits for them, and checks what came out.
 *
 * @throws DeepThingsError `DT_TESTBED_…`, ProblemError, the transport's errors.
 */
export async function measureBatch(batch: Batch, parts: BatchParts): Promise<MeasuredBatch> {
  const { cluster, hosts } = parts;
  const { devices, gateway } = cluster.config;
  const pids = new Map(devices.map(({ id }) => [id, cluster.pid(id)]));
  const cpuBefore = batch.warmup ? null : cluster.threadTimes();
  const watch = new MemoryWatch([...pids.values()]);
  const before = hosts.linkCounters();
  const startedMs = performance.now();
  let answered: readonly Answered[];
  let peaks: ReadonlyMap<number, MemoryPeaks>;
  try {
    answered = batch.inTurn ? await submitInTurn(batch, parts) : await submitAtOnce(batch, parts);
  } finally {
    peaks = watch.end();
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const after = hosts.linkCounters();
  const cpu = cpuBefore === null ? null : usedBy(cpuBefore, cluster.threadTimes());
  const frames: MeasuredFrame[] = [];
  for (const one of answered) frames.push(await examine(one, parts));
  return {
    batch,
    frames,
    seconds,
    linkBytes: bytesBetweenNodes(before, after, [gateway.id, ...devices.map(({ id }) => id)]),
    memory: new Map([...pids].map(([id, pid]) => [id, peaks.get(pid)!])),
    cpu,
  };
}

function usedBy(before: ReadonlyMap<string, ThreadTimes>, after: ReadonlyMap<string, ThreadTimes>) {
  return new Map([...after].map(([id, times]) => [id, usedSince(before.get(id)!, times)]));
}

interface Answered {
  readonly frame: Schemas['Frame'];
  readonly strategy: BenchStrategy;
  /** From the submission to the answer. */
  readonly seconds: number;
  /** The number of its picture. */
  readonly picture: number;
  /** Its merged maps were kept. */
  readonly hasMaps: boolean;
}

function submitAtOnce(batch: Batch, parts: BatchParts): Promise<readonly Answered[]> {
  return Promise.all(batch.sources.map((source) => submit(batch, source, parts)));
}

/** Each source is a camera: it submits its next frame once the one before it is answered. */
async function submitInTurn(batch: Batch, parts: BatchParts): Promise<readonly Answered[]> {
  const cameras = [...new Set(batch.sources)].map(async (camera) => {
    const answered: Answered[] = [];
    for (const source of batch.sources) if (source === camera) answered.push(await submit(batch, source, parts));
    return answered;
  });
  return (await Promise.all(cameras)).flat();
}

async function submit({ strategy }: Batch, source: number, parts: BatchParts): Promise<Answered> {
  const { check, cluster, pictures, signal } = parts;
  const picture = source % pictures.length;
  const hasMaps = check.comparesMaps(strategy, picture);
  const startedMs = performance.now();
  const answer = await cluster.client.call('submitFrame', {
    query: {
      wait: WAIT_SECONDS,
      ...askedStrategy(strategy),
      source: cluster.config.devices[source]!.id,
      output: hasMaps,
    },
    body: { mediaType: 'image/jpeg', bytes: pictures[picture]! },
    signal,
    timeoutMs: (WAIT_SECONDS + 10) * 1000,
  });
  return { frame: answer.json!, strategy, seconds: (performance.now() - startedMs) / 1000, picture, hasMaps };
}

async function examine(answered: Answered, { check, cluster }: BatchParts): Promise<MeasuredFrame> {
  const { frame, seconds } = answered;
  if (frame.state !== 'complete') {
    throw new DeepThingsError('DT_TESTBED_FRAME', `frame ${frame.id} has not ended within ${WAIT_SECONDS} s`);
  }
  const { json: trace } = await cluster.client.call('getFrameTrace', { path: { frame: frame.id } });
  const difference = await check.check(cluster.client, cluster.config, answered);
  return measuredFrame({ frame, trace: trace!, difference, endToEndSeconds: seconds });
}
