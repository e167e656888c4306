interface Told {
  readonly atMs: number;
  /** How often it has happened since then. */
  readonly times: number;
}

/** More keys than this are not remembered; the one that was told longest ago goes first. */
const REMEMBERED = 256;

/** Decides when something that keeps happening is said again, so that it does not fill a log or a list. */
export class RepeatGate {
  readonly #everyMs: number;
  readonly #told = new Map<string, Told>();

  /** @param everyMs the same key is due no more often than this. */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** @returns how often it has happened since it was due last, this time included; 0 when it is not due. */
  due(key: string, nowMs: number): number {
    const last = this.#told.get(key);
    const times = (last?.times ?? 0) + 1;
    if (last !== undefined && nowMs - last.atMs < this.#everyMs) {
      this.#told.set(key, { atMs: last.atMs, times });
      return 0;
    }
    this.#told.delete(key);
    this.#told.set(key, { atMs: nowMs, times: 0 });
    if (this.#told.size > REMEMBERED) this.#told.delete(this.#told.keys().next().value!);
    return times;
  }
}
