import { fairShare } from '../../scheduling/policy/fair-share.js';
import { HttpProblem } from '../problems/problem.js';

/** Streams that a node has open at once; one client's host gets 64 of them. */
const MOST_STREAMS = 85;

const COME_BACK_S = 5;

/** Streams of events, each of which holds a connection, shared out among the hosts of those that watch. */
export class StreamShares {
  readonly #openOf = new Map<string, number>();
  #open = 0;

  /**
   * A stream is opened.
   *
   * @returns what is to be called once, when it has ended.
   * @throws HttpProblem 503 `DT_OVERLOADED` when there are too many, or too many of this client.
   */
  enter(client: string): () => void {
    const own = this.#openOf.get(client) ?? 0;
    const verdict = fairShare({ limit: MOST_STREAMS, held: this.#open, own, more: 1 });
    if (verdict !== 'admitted') {
      const whose = verdict === 'full' ? '' : `, ${own} of them from ${client}`;
      const detail = `${this.#open} programs watch this node's events already${whose}`;
      throw new HttpProblem({ code: 'DT_OVERLOADED', status: 503 }, detail, { retryAfterSeconds: COME_BACK_S });
    }
    this.#count(client, 1);
    return () => this.#count(client, -1);
  }

  #count(client: string, more: 1 | -1): void {
    this.#open += more;
    const own = (this.#openOf.get(client) ?? 0) + more;
    if (own === 0) this.#openOf.delete(client);
    else this.#openOf.set(client, own);
  }
}
