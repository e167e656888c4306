import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import { parseMetrics } from '../chaos/metrics-text.js';
import { processFacts } from '../chaos/process-facts.js';
import { memoryAfterCollection, type NodeMemory } from './node-memory.js';
import type { ProcessCluster } from './process-cluster.js';

const MIB = 2 ** 20;
const QUIET_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 200;

/** What an idle node takes of its machine. */
export interface NodeUse extends NodeMemory {
  readonly node: string;
  readonly files: number;
  readonly sockets: number;
}

export async function useOf(cluster: ProcessCluster, node: string, logFolder: string): Promise<NodeUse> {
  const memory = await memoryAfterCollection(node, logFolder);
  const { files, sockets } = processFacts(cluster.process(node).pid!)!;
  return { node, ...memory, files, sockets: Object.values(sockets).reduce((sum, count) => sum + count, 0) };
}

/** Beyond what it had when it was warm: the allocator keeps some of what it once needed, caches and JIT code come late. */
const BOUNDS = {
  rss: ({ rss }: NodeUse) => 0.2 * rss + 24 * MIB,
  used: ({ used }: NodeUse) => 0.1 * used + 4 * MIB,
  files: () => 6,
  sockets: () => 40,
} as const;

/** @returns what has grown beyond its bound between two looks. */
export function growth(before: readonly NodeUse[], after: readonly NodeUse[]): string[] {
  return before.flatMap((was) => {
    const is = after.find(({ node }) => node === was.node);
    if (is === undefined) return [`${was.node} is not there any more`];
    return (Object.keys(BOUNDS) as (keyof typeof BOUNDS)[])
      .filter((what) => is[what] > was[what] + BOUNDS[what](was))
      .map((what) => `${was.node} has grown: ${what} from ${was[what]} to ${is[what]}`);
  });
}

/** What a node's metrics say that it holds of open frames, where it is not nothing. */
export async function heldBy(address: string): Promise<string[]> {
  const { transport, close } = createUndiciTransport();
  try {
    const { bytes } = await createClient({ baseUrl: address, transport }).call('getMetrics', { timeoutMs: 10_000 });
    const held = parseMetrics(new TextDecoder().decode(bytes)).filter(({ name }) => name === 'deepthings_held');
    if (held.length === 0) return ['does not say what it holds'];
    return held.filter(({ value }) => value !== 0).map(({ labels, value }) => `still holds ${labels.what}: ${value}`);
  } finally {
    await close();
  }
}

/** Waits until no frame is open, every device is live and no node holds anything. @returns what has not come to that. */
export async function quiet(cluster: ProcessCluster): Promise<string[]> {
  const untilMs = Date.now() + QUIET_WITHIN_MS;
  for (;;) {
    const wrong = await restless(cluster).catch((error: Error) => [`a node does not answer: ${error.message}`]);
    if (wrong.length === 0 || Date.now() > untilMs) return wrong;
    await sleep(LOOK_AGAIN_MS);
  }
}

async function restless(cluster: ProcessCluster): Promise<string[]> {
  const { json } = await cluster.client.call('getCluster', { timeoutMs: 10_000 });
  const held = await Promise.all(
    cluster.nodes.map(async (node) => (await heldBy(cluster.listens(node))).map((what) => `${node} ${what}`)),
  );
  return [
    ...json!.devices.filter(({ state }) => state !== 'live').map(({ device, state }) => `${device} is ${state}`),
    ...(json!.frames.open === 0 ? [] : [`${json!.frames.open} frames have not ended`]),
    ...held.flat(),
  ];
}
