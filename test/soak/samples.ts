import { readFileSync } from 'node:fs';
import { createClient, type DeepThingsClient } from '../../client/client.js';
import { createUndiciTransport } from '../../client/undici-transport.js';
import { parseMetrics } from '../chaos/metrics-text.js';
import type { ProcessCluster } from '../support/process-cluster.js';

/** What the nodes held and took at one moment. */
export interface Sample {
  /** Since the load began. */
  readonly atMs: number;
  /** Resident memory by node, bytes. */
  readonly rss: ReadonlyMap<string, number>;
  /** What each node holds of open frames, by `<node>: <what>`. */
  readonly held: ReadonlyMap<string, number>;
  readonly openFrames: number;
  readonly ended: { readonly complete: number; readonly failed: number };
}

/** Looks at the nodes of a cluster of processes from outside. */
export class Sampler {
  readonly #cluster: ProcessCluster;
  readonly #nodes: readonly { readonly node: string; readonly client: DeepThingsClient }[];
  readonly #close: () => Promise<void>;

  constructor(cluster: ProcessCluster) {
    this.#cluster = cluster;
    const { transport, close } = createUndiciTransport({ connectionsPerOrigin: 1 });
    this.#close = close;
    this.#nodes = cluster.nodes.map((node) => ({
      node,
      client: createClient({ baseUrl: cluster.listens(node), transport }),
    }));
  }

  /** @throws Error when a node does not answer within ten seconds, or has ended. */
  async sample(atMs: number): Promise<Sample> {
    const held = new Map<string, number>();
    const [state] = await Promise.all([
      this.#cluster.client.call('getCluster', { timeoutMs: 10_000 }),
      ...this.#nodes.map(async ({ node, client }) => {
        const { bytes } = await client.call('getMetrics', { timeoutMs: 10_000 });
        for (const { name, labels, value } of parseMetrics(new TextDecoder().decode(bytes))) {
          if (name === 'deepthings_held') held.set(`${node}: ${labels.what}`, value);
        }
      }),
    ]);
    const { open, complete, failed } = state.json!.frames;
    const rss = new Map(this.#cluster.nodes.map((node) => [node, residentBytes(this.#cluster.process(node).pid!)]));
    return { atMs, rss, held, openFrames: open, ended: { complete, failed } };
  }

  close(): Promise<void> {
    return this.#close();
  }
}

function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has ended`);
  return Number(kib) * 1024;
}
