import { createClient, type DeepThingsClient } from '../../../client/client.js';
import { createUndiciTransport } from '../../../client/undici-transport.js';
import { readResidentMemory } from '../../../server/evaluation/measure/process-memory.js';
import { HEAP_METRIC } from '../../../server/node/observe/heap-gauge.js';
import { parseMetrics, type Sample } from '../../chaos/metrics-text.js';
import type { ProcessCluster } from '../../support/process-cluster.js';

/** Memory of one node's process at one moment, in bytes. */
export interface NodeSample {
  /** Resident pages of the process's own (`RssAnon`): heaps, stacks, buffers, what the allocators keep. */
  readonly own: number;
  /** Resident pages of files (`RssFile`): programs, libraries, weights. */
  readonly files: number;
  /** V8's heaps of the main and the compute thread; part of `own`. */
  readonly heap: number;
  /** Of `heap`, what objects take, uncollected garbage included. */
  readonly used: number;
  /** Array buffers and the like that belong to objects of those heaps; the C library allocates them. */
  readonly buffers: number;
}

/** All nodes of a cluster at one moment. */
export interface MemorySample {
  /** Since the load began. */
  readonly atMs: number;
  /** Frames since the cluster started. */
  readonly frames: { readonly open: number; readonly complete: number; readonly failed: number };
  readonly nodes: Readonly<Record<string, NodeSample>>;
}

/** Reads the memory of a cluster's processes, from `/proc` and from `GET /metrics`. */
export class MemorySampler {
  readonly #cluster: ProcessCluster;
  readonly #clients: ReadonlyMap<string, DeepThingsClient>;
  readonly #close: () => Promise<void>;

  constructor(cluster: ProcessCluster) {
    this.#cluster = cluster;
    const { transport, close } = createUndiciTransport({ connectionsPerOrigin: 1 });
    this.#close = close;
    this.#clients = new Map(
      cluster.nodes.map((node) => [node, createClient({ baseUrl: cluster.listens(node), transport })]),
    );
  }

  /** @throws Error when a node does not answer within ten seconds, or its process has ended. */
  async sample(atMs: number): Promise<MemorySample> {
    const [state, ...nodes] = await Promise.all([
      this.#cluster.client.call('getCluster', { timeoutMs: 10_000 }),
      ...[...this.#clients].map(async ([node, client]) => [node, await this.#nodeSample(node, client)] as const),
    ]);
    const { open, complete, failed } = state.json!.frames;
    return { atMs, frames: { open, complete, failed }, nodes: Object.fromEntries(nodes) };
  }

  close(): Promise<void> {
    return this.#close();
  }

  async #nodeSample(node: string, client: DeepThingsClient): Promise<NodeSample> {
    const { bytes } = await client.call('getMetrics', { timeoutMs: 10_000 });
    const lines = parseMetrics(new TextDecoder().decode(bytes));
    const memory = readResidentMemory(this.#cluster.process(node).pid!);
    if (memory === null) throw new Error(`the process of ${node} has ended`);
    const sum = (what: string) => heapBytes(node, lines, what);
    return {
      ...{ own: memory.anonymous, files: memory.file },
      ...{ heap: sum('total'), used: sum('used'), buffers: sum('external') },
    };
  }
}

/** @throws Error when the node does not tell its heaps. */
function heapBytes(node: string, lines: readonly Sample[], what: string): number {
  const heaps = lines.filter(({ name, labels }) => name === HEAP_METRIC && labels.what === what);
  if (heaps.length < 2) throw new Error(`${node} does not say in its metrics what the heaps of its threads take`);
  return heaps.reduce((sum, { value }) => sum + value, 0);
}
