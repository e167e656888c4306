import type { ProcessCluster } from '../support/process-cluster.js';
import { exchange } from './wire.js';

const EVERY_MS = 250;
/** A node that is asked whether it lives says so by then, whatever else it is asked: also on a machine with more to do. */
const BOUND_MS = 8_000;
const GET_LIVE = 'GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n';

/** Asks every node again and again whether it lives. */
export class LiveWatch {
  slowestMs = 0;
  readonly #cluster: ProcessCluster;
  readonly #wrong: string[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #asked = new Set<string>();

  constructor(cluster: ProcessCluster) {
    this.#cluster = cluster;
    this.#timer = setInterval(() => {
      for (const node of cluster.nodes) void this.#ask(node);
    }, EVERY_MS);
  }

  /** @returns what was wrong. */
  stop(): string[] {
    clearInterval(this.#timer);
    return this.#wrong;
  }

  async #ask(node: string): Promise<void> {
    if (this.#asked.has(node)) return;
    this.#asked.add(node);
    const startMs = performance.now();
    const { status } = await exchange(this.#cluster.listens(node), [GET_LIVE], BOUND_MS);
    const tookMs = performance.now() - startMs;
    this.#asked.delete(node);
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    if (status === 200) return;
    this.#wrong.push(`${node} did not say that it lives within ${Math.round(tookMs)} ms: ${status ?? 'no answer'}`);
    // Once is enough.
    clearInterval(this.#timer);
  }
}
