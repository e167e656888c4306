import type { EventLog } from '../node/event-log.js';

/** The same is not said more often than this, however often it happens. */
const REPEAT_MS = 5_000;
/** Kinds and details of which the last time is known; more come from a peer that makes them up. */
const REMEMBERED = 64;

/** Tells those who watch what is wrong with the cluster and belongs to no device and no frame. */
export class ProblemNotices {
  readonly #events: EventLog;
  readonly #nowMs: () => number;
  readonly #toldMs = new Map<string, number>();

  constructor(events: EventLog, nowMs: () => number) {
    this.#events = events;
    this.#nowMs = nowMs;
  }

  tell(code: string, detail: string): void {
    const key = `${code} ${detail}`;
    const now = this.#nowMs();
    const last = this.#toldMs.get(key);
    if (last !== undefined && now - last < REPEAT_MS) return;
    this.#toldMs.delete(key);
    this.#toldMs.set(key, now);
    if (this.#toldMs.size > REMEMBERED) this.#toldMs.delete(this.#toldMs.keys().next().value!);
    this.#events.publish('problem', { code, detail });
  }
}
