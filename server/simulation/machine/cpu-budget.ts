/** How much of a core a node has. */
export interface CpuShare {
  /** Of one core: 1 is all of it. */
  readonly share: number;
  /**
   * A quota of control groups: the node runs at full speed until it has used `share` of each period, then not until the
   * next. 0: a processor that is slower by that factor.
   */
  readonly periodMs: number;
}

/** CPU time that one core gives over time. Calls must not go back in time. */
export class CpuBudget {
  readonly #share: number;
  readonly #periodMs: number;
  /** Where periods begin. */
  readonly #offsetMs: number;
  #period = Number.NEGATIVE_INFINITY;
  #used = 0;

  constructor({ share, periodMs }: CpuShare, offset = 0) {
    this.#share = share;
    this.#periodMs = share < 1 ? periodMs : 0;
    this.#offsetMs = offset * periodMs;
  }

  /** When so much work is done that begins now and is not held up. */
  finish(fromMs: number, workMs: number): number {
    if (this.#periodMs === 0) return fromMs + workMs / this.#share;
    let now = fromMs;
    let left = workMs;
    let { period, used } = this.#at(fromMs);
    for (;;) {
      const end = this.#startOf(period + 1);
      const room = Math.min(this.#quota - used, end - now);
      if (left <= room) return now + left;
      left -= Math.max(0, room);
      now = end;
      period++;
      used = 0;
    }
  }

  /** The work that was done between two moments, nothing having held it up. */
  spend(fromMs: number, toMs: number): number {
    if (this.#periodMs === 0) return (toMs - fromMs) * this.#share;
    let now = fromMs;
    let done = 0;
    let { period, used } = this.#at(fromMs);
    for (;;) {
      const end = this.#startOf(period + 1);
      const step = Math.max(0, Math.min(this.#quota - used, Math.min(end, toMs) - now));
      done += step;
      used += step;
      if (toMs < end) break;
      now = end;
      period++;
      used = 0;
    }
    this.#period = period;
    this.#used = used;
    return done;
  }

  get #quota(): number {
    return this.#share * this.#periodMs;
  }

  #startOf(period: number): number {
    return this.#offsetMs + period * this.#periodMs;
  }

  #at(ms: number): { period: number; used: number } {
    const period = Math.floor((ms - this.#offsetMs) / this.#periodMs);
    return period === this.#period ? { period, used: this.#used } : { period, used: 0 };
  }
}
