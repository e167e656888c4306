import type { ErrorCode } from '../../error-codes.js';
import type { EventLog } from '../../node/observe/event-log.js';
import { RepeatGate } from '../../node/observe/repeat-gate.js';

/** The same is not said more often than this, however often it happens. */
const REPEAT_MS = 5_000;
/** Tells those who watch what is wrong with the cluster and belongs to no device and no frame. */
export class ProblemNotices {
  readonly #events: EventLog;
  readonly #nowMs: () => number;
  readonly #repeats = new RepeatGate(REPEAT_MS);

  constructor(events: EventLog, nowMs: () => number) {
    this.#events = events;
    this.#nowMs = nowMs;
  }

  report(code: ErrorCode, detail: string): void {
    if (this.#repeats.due(`${code} ${detail}`, this.#nowMs()) === 0) return;
    this.#events.publish('problem', { code, detail });
  }
}
