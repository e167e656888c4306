import type { Schemas } from '../../../client/client.js';

type RemainingTry = NonNullable<Schemas['FrameTrace']['remaining']>[number];

/** Tries kept for one frame; a frame that begins again and again says no more after that. */
const MOST_TRIES = 16;

/** Where the remaining layers of one frame were computed, where that was not only the gateway. Times are ms since the frame was accepted. */
export class RemainingTrace {
  #tries: RemainingTry[] = [];

  /** Whether a device was given them. */
  get isBegun(): boolean {
    return this.#tries.length > 0;
  }

  begun(device: string, atMs: number): void {
    this.ended('given-up', null, atMs);
    if (this.#tries.length < MOST_TRIES) {
      this.#tries.push({ device, begunAtMs: atMs, endedAtMs: null, outcome: null, detail: null });
    }
  }

  /** Ends the present try, if there is one. */
  ended(outcome: NonNullable<RemainingTry['outcome']>, detail: string | null, atMs: number): void {
    const last = this.#tries.at(-1);
    if (last?.outcome === null) Object.assign(last, { outcome, detail, endedAtMs: atMs });
  }

  document(): RemainingTry[] {
    return this.#tries.map((one) => ({ ...one }));
  }
}
