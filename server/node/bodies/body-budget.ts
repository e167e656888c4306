import { fairShare, type ShareVerdict } from '../../scheduling/policy/fair-share.js';
import { HttpProblem } from '../problems/problem.js';

export interface BodyBudgetOptions {
  /** For messages: `pictures`. */
  readonly what: string;
  /** Bytes that may have arrived of bodies that are not complete. */
  readonly limitBytes: number;
  readonly nowMs: () => number;
}

/** A body's pace is looked at over this time. */
const PACE_WINDOW_MS = 2_000;

/** A body that arrives slower than this gives way when room is short. */
const LEAST_BYTES_PER_S = 8 * 1024;

/**
 * Bounds the memory of bodies that are arriving, by the bytes that have arrived: what a client announces costs nothing. A
 * client's host may hold its fair share. Where room is short, bodies that have stalled give way, the slowest first.
 */
export class BodyBudget {
  readonly #options: BodyBudgetOptions;
  readonly #arriving = new Set<ArrivingBody>();
  readonly #heldOf = new Map<string, number>();
  #held = 0;

  constructor(options: BodyBudgetOptions) {
    this.#options = options;
  }

  /** Bytes of bodies that are arriving. */
  get held(): number {
    return this.#held;
  }

  /**
   * A body begins to arrive.
   *
   * @param client the host that sends it.
   * @param onGivenWay called when the body is released to make room for another.
   */
  open(client: string, onGivenWay: (problem: HttpProblem) => void): ArrivingBody {
    const body = new ArrivingBody(this, client, onGivenWay, this.#options.nowMs());
    this.#arriving.add(body);
    return body;
  }

  /** @throws HttpProblem 429 `DT_UPLOADS` when there is no room for these bytes. */
  hold(body: ArrivingBody, bytes: number): void {
    const { nowMs } = this.#options;
    let verdict = this.#verdict(body, bytes);
    if (verdict !== 'admitted') {
      for (const slow of this.#slowBodies(body)) {
        this.release(slow);
        slow.onGivenWay(this.#stalled());
        verdict = this.#verdict(body, bytes);
        if (verdict === 'admitted') break;
      }
    }
    if (verdict !== 'admitted') throw this.#refusal(verdict, body);
    this.#add(body, bytes);
    body.arrived(bytes, nowMs());
  }

  /** A body is complete, refused, or its connection is gone. */
  release(body: ArrivingBody): void {
    if (!this.#arriving.delete(body)) return;
    this.#add(body, -body.bytes);
  }

  #verdict({ client }: ArrivingBody, more: number): ShareVerdict {
    return fairShare({ limit: this.#options.limitBytes, held: this.#held, own: this.#heldOf.get(client) ?? 0, more });
  }

  #slowBodies(asking: ArrivingBody): ArrivingBody[] {
    const nowMs = this.#options.nowMs();
    return [...this.#arriving]
      .filter((body) => body !== asking && body.bytes > 0 && body.bytesPerSecond(nowMs) < LEAST_BYTES_PER_S)
      .sort((a, b) => a.bytesPerSecond(nowMs) - b.bytesPerSecond(nowMs));
  }

  #add({ client }: ArrivingBody, bytes: number): void {
    this.#held += bytes;
    const own = (this.#heldOf.get(client) ?? 0) + bytes;
    if (own === 0) this.#heldOf.delete(client);
    else this.#heldOf.set(client, own);
  }

  #refusal(verdict: ShareVerdict, { client }: ArrivingBody): HttpProblem {
    const { limitBytes, what } = this.#options;
    const own = this.#heldOf.get(client) ?? 0;
    const detail =
      verdict === 'full'
        ? `${this.#held} bytes of ${what} are arriving, of at most ${limitBytes}`
        : `${own} of the ${this.#held} bytes of ${what} that are arriving come from ${client}, and the rest of the ${limitBytes} is for others`;
    return new HttpProblem('DT_UPLOADS', `${detail}: send this one later`, { retryAfterSeconds: 1 });
  }

  #stalled(): HttpProblem {
    const detail = `this body arrived at less than ${LEAST_BYTES_PER_S} bytes a second while others waited for its room: send it again`;
    return new HttpProblem('DT_UPLOADS', detail, { retryAfterSeconds: 1 });
  }
}

/** One body that is arriving. */
export class ArrivingBody {
  readonly client: string;
  readonly onGivenWay: (problem: HttpProblem) => void;
  readonly #budget: BodyBudget;
  #bytes = 0;
  /** Start of the present window, and the bytes that had arrived by then. */
  #sinceMs: number;
  #bytesBefore = 0;
  /** When bytes came last. */
  #lastMs: number;
  /** Of the last whole window; a body that has just begun counts as fast. */
  #lastPace = Number.POSITIVE_INFINITY;

  constructor(budget: BodyBudget, client: string, onGivenWay: (problem: HttpProblem) => void, nowMs: number) {
    this.#budget = budget;
    this.client = client;
    this.onGivenWay = onGivenWay;
    this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws HttpProblem 429 `DT_UPLOADS` when there is no room for these bytes. */
  hold(bytes: number): void {
    this.#budget.hold(this, bytes);
  }

  release(): void {
    this.#budget.release(this);
  }

  arrived(bytes: number, nowMs: number): void {
    if (nowMs - this.#sinceMs >= PACE_WINDOW_MS) {
      this.#lastPace = this.bytesPerSecond(nowMs);
      this.#sinceMs = nowMs;
      this.#bytesBefore = this.#bytes;
    }
    this.#bytes += bytes;
    this.#lastMs = nowMs;
  }

  /** Over the present window once it is long enough, before that over the last one; 0 when nothing came for as long. */
  bytesPerSecond(nowMs: number): number {
    if (nowMs - this.#lastMs >= PACE_WINDOW_MS) return 0;
    const passedMs = nowMs - this.#sinceMs;
    if (passedMs < PACE_WINDOW_MS) return this.#lastPace;
    return (1000 * (this.#bytes - this.#bytesBefore)) / passedMs;
  }
}
