import type { Schemas } from '../../../client/client.js';

type Outcome = Schemas['FrameOutcome'];

const OUTCOMES_LIMIT = 100;

/** How the latest frames of this device ended, newest first, and who waits to hear of one. */
export class Outcomes {
  #latest: readonly Outcome[] = [];
  readonly #counts = { complete: 0, failed: 0, dropped: 0 };
  readonly #waiting = new Map<string, (() => void)[]>();
  /** Frames of this device that have ended, it has not been told how. */
  readonly #expected = new Set<string>();

  get latest(): readonly Outcome[] {
    return this.#latest;
  }

  /** Frames by how they ended, since the start. */
  get counts(): Readonly<Record<Outcome['state'], number>> {
    return this.#counts;
  }

  has(frame: string): boolean {
    return this.#latest.some((outcome) => outcome.frame === frame);
  }

  /** Whether the outcome of a frame that has ended is still to come. */
  expects(frame: string): boolean {
    return this.#expected.has(frame);
  }

  /**
   * A frame of this device has ended; its outcome may come later than this word of it, or never. Who waits for it can ask the
   * gateway.
   */
  ended(frame: string): void {
    if (this.has(frame)) return;
    this.#expected.add(frame);
    if (this.#expected.size > OUTCOMES_LIMIT) this.#expected.delete(this.#expected.values().next().value!);
    this.#resolve(frame);
  }

  /** A frame ends once: what is said of it again counts for nothing. */
  note(outcome: Outcome): void {
    if (this.has(outcome.frame)) return;
    this.#latest = [outcome, ...this.#latest].slice(0, OUTCOMES_LIMIT);
    this.#counts[outcome.state]++;
    this.#expected.delete(outcome.frame);
    this.#resolve(outcome.frame);
  }

  #resolve(frame: string): void {
    for (const resolve of this.#waiting.get(frame) ?? []) resolve();
    this.#waiting.delete(frame);
  }

  /** Nothing more is heard here: those who wait ask the gateway. */
  release(): void {
    for (const resolve of [...this.#waiting.values()].flat()) resolve();
  }

  /** Resolves when the frame has ended, or after a while. */
  async wait(frame: string, ms: number): Promise<void> {
    if (this.has(frame) || this.expects(frame)) return;
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
