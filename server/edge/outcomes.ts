import type { Schemas } from '../../client/client.js';

type Outcome = Schemas['FrameOutcome'];

const OUTCOMES_LIMIT = 100;

/** How the latest frames of this device ended, newest first, and who waits to hear of one. */
export class Outcomes {
  #latest: readonly Outcome[] = [];
  #complete = 0;
  #failed = 0;
  readonly #waiting = new Map<string, (() => void)[]>();

  get latest(): readonly Outcome[] {
    return this.#latest;
  }

  /** Frames that ended so, since the start. */
  get complete(): number {
    return this.#complete;
  }

  get failed(): number {
    return this.#failed;
  }

  has(frame: string): boolean {
    return this.#latest.some((outcome) => outcome.frame === frame);
  }

  /** A frame ends once: what is said of it again counts for nothing. */
  note(outcome: Outcome): void {
    if (this.has(outcome.frame)) return;
    this.#latest = [outcome, ...this.#latest].slice(0, OUTCOMES_LIMIT);
    if (outcome.state === 'complete') this.#complete++;
    else this.#failed++;
    for (const resolve of this.#waiting.get(outcome.frame) ?? []) resolve();
    this.#waiting.delete(outcome.frame);
  }

  /** Nothing more is heard here: those who wait ask the gateway. */
  release(): void {
    for (const resolve of [...this.#waiting.values()].flat()) resolve();
  }

  /** Resolves when the frame has ended, or after a while. */
  async wait(frame: string, ms: number): Promise<void> {
    if (this.has(frame)) return;
    let heard: () => void = () => {};
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      heard = resolve;
      timer = setTimeout(resolve, ms);
      this.#waiting.set(frame, [...(this.#waiting.get(frame) ?? []), resolve]);
    });
    clearTimeout(timer);
    const others = (this.#waiting.get(frame) ?? []).filter((resolve) => resolve !== heard);
    if (others.length > 0) this.#waiting.set(frame, others);
    else this.#waiting.delete(frame);
  }
}
