import type { TaskKey } from '../../scheduling/task-key.js';
import type { DeviceFrames } from '../frames/device-frames.js';

/** One attempt of a gang at a frame. */
export type GangAttempt = Pick<TaskKey, 'frame' | 'generation' | 'attempt'>;

/**
 * Something kept of the latest attempt of each frame that is known here. A later attempt ends those before it, and the frame's end ends
 * the last one.
 */
export class LatestAttempts<Kept extends { readonly of: GangAttempt }> {
  readonly #kept = new Map<string, Kept>();
  readonly #ended: (kept: Kept) => void;

  /** @param ended is told of each attempt that has ended here. */
  constructor({ generations, scopes }: Pick<DeviceFrames, 'generations' | 'scopes'>, ended: (kept: Kept) => void) {
    this.#ended = ended;
    scopes.onEnd(
      (frame) => this.drop(frame),
      () => [...this.#kept.keys()],
    );
    generations.onInvalidated((frame, generation, attempt) => {
      const kept = this.#kept.get(frame);
      if (kept !== undefined && orderOf(kept.of, { generation, attempt }) < 0) this.drop(frame);
    });
  }

  /** Frames of which something is kept. */
  get size(): number {
    return this.#kept.size;
  }

  get all(): readonly Kept[] {
    return [...this.#kept.values()];
  }

  /** Returns what is kept of this attempt; undefined for one that is not the latest. */
  at(of: GangAttempt): Kept | undefined {
    const kept = this.#kept.get(of.frame);
    return kept !== undefined && orderOf(kept.of, of) === 0 ? kept : undefined;
  }

  /**
   * An attempt is known: earlier ones of its frame end.
   *
   * @param begin makes what is to be kept of an attempt that is new here; `keep` keeps it.
   * @returns null when a later attempt is known.
   */
  reach({ frame, generation, attempt }: GangAttempt, begin: (of: GangAttempt) => Kept): Kept | null {
    const of = { frame, generation, attempt };
    const kept = this.#kept.get(frame);
    const order = kept === undefined ? 1 : orderOf(of, kept.of);
    if (order < 0) return null;
    if (kept !== undefined && order === 0) return kept;
    this.drop(frame);
    return begin(of);
  }

  keep(kept: Kept): void {
    this.#kept.set(kept.of.frame, kept);
  }

  drop(frame: string): void {
    const kept = this.#kept.get(frame);
    this.#kept.delete(frame);
    if (kept !== undefined) this.#ended(kept);
  }
}

/** Above 0 when `a` is the later attempt. */
function orderOf(a: Omit<GangAttempt, 'frame'>, b: Omit<GangAttempt, 'frame'>): number {
  return a.generation - b.generation || a.attempt - b.attempt;
}
