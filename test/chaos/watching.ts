import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Schemas } from '../../client/client.js';
import { frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { type ChaosCluster, isRunning } from './chaos-cluster.js';
import type { FrameFacts, NodeFacts } from './facts.js';
import { factsOfFrame } from './frame-facts.js';
import { parseMetrics } from './metrics-text.js';
import { processFacts } from './process-facts.js';
import type { Reference } from './reference.js';

const ASK_TIMEOUT_MS = 10_000;
const PAGE = 100;
/** pino's level of an error after which a process ends. */
const FATAL = '"level":60';

/** Merged outputs of the frames that are complete, fetched as they end: the gateway keeps them in memory only. */
export class OutputsSeen {
  readonly #cluster: ChaosCluster;
  readonly #outputs = new Map<string, Promise<readonly Float32Array[] | null>>();

  constructor(cluster: ChaosCluster) {
    this.#cluster = cluster;
  }

  ended(frame: Schemas['Frame']): void {
    if (frame.state === 'complete') void this.of(frame.id);
  }

  /** Null where it is not kept any more. */
  of(frame: string): Promise<readonly Float32Array[] | null> {
    const known = this.#outputs.get(frame);
    if (known !== undefined) return known;
    const output = frameOutputs(this.#cluster.direct('gateway'), frame).catch(() => null);
    this.#outputs.set(frame, output);
    return output;
  }
}

/** Every frame that the gateway knows. */
export async function allFrames(cluster: ChaosCluster): Promise<Schemas['Frame'][]> {
  const gateway = cluster.direct('gateway');
  const frames: Schemas['Frame'][] = [];
  for (let before: string | null | undefined; before !== null; ) {
    const query = { limit: PAGE, ...(before && { before }) };
    const { json } = await gateway.call('listFrames', { query, timeoutMs: ASK_TIMEOUT_MS });
    frames.push(...json!.frames);
    before = json!.nextBefore;
  }
  return frames;
}

export async function watchFrames(
  cluster: ChaosCluster,
  outputs: OutputsSeen,
  references: ReadonlyMap<string, Reference>,
): Promise<FrameFacts[]> {
  const gateway = cluster.direct('gateway');
  const { threshold } = cluster.config.model;
  const facts: FrameFacts[] = [];
  for (const frame of await allFrames(cluster)) {
    const trace = await gateway.call('getFrameTrace', { path: { frame: frame.id }, timeoutMs: ASK_TIMEOUT_MS });
    const output = frame.state === 'complete' ? await outputs.of(frame.id) : null;
    facts.push(factsOfFrame(frame, trace.json!, output, references, threshold));
  }
  return facts;
}

export async function watchNode(
  cluster: ChaosCluster,
  node: string,
  folder: string,
  filesBefore: number,
): Promise<NodeFacts> {
  const life = cluster.life(node);
  const answer = await cluster.direct(node).call('getMetrics', { timeoutMs: ASK_TIMEOUT_MS });
  const samples = parseMetrics(new TextDecoder().decode(answer.bytes));
  const held = samples
    .filter(({ name }) => name === 'deepthings_held')
    .map(({ labels, value }): [string, number] => [labels.what!, value]);
  const internal = samples.filter(
    ({ name, labels }) => name === 'deepthings_refused_total' && labels.code === 'DT_INTERNAL',
  );
  const log = await readFile(join(folder, `${node}.log`), 'utf8');
  return {
    node,
    process: isRunning(life) ? processFacts(life.child.pid!) : null,
    filesBefore,
    held: Object.fromEntries(held),
    internalErrors: internal.reduce((sum, { value }) => sum + value, 0),
    fatal: log.split('\n').filter((line) => line.includes(FATAL)),
  };
}
