/** Why a frame's scope ends: the frame has ended, it begins again, or the node forgets it for good. */
export type ScopeEnd = 'ended' | 'begun again' | 'forgotten';

/**
 * The open frames of a node, seen from the parts that keep something of them. A part registers itself when it is made;
 * the end of a frame then reaches every part.
 */
export class FrameScopes {
  readonly #forget: ((frame: string, why: ScopeEnd) => void)[] = [];
  readonly #kept: (() => readonly string[])[] = [];

  /**
   * Registers a part.
   *
   * @param forget frees what the part keeps of a frame; called in the order of registration, also for frames of which the
   * part keeps nothing. It may be called again when the node forgets a frame that has ended.
   * @param kept the frames of which the part keeps something, where the end of a frame may have to be asked for.
   */
  onEnd(forget: (frame: string, why: ScopeEnd) => void, kept?: () => readonly string[]): void {
    this.#forget.push(forget);
    if (kept !== undefined) this.#kept.push(kept);
  }

  /** The frames of which a part says that it keeps something, each once. */
  get kept(): readonly string[] {
    return [...new Set(this.#kept.flatMap((kept) => kept()))];
  }

  /** Ends a frame: every part forgets it. */
  end(frame: string, why: ScopeEnd = 'ended'): void {
    for (const forget of this.#forget) forget(frame, why);
  }

  /** Ends all frames of which a part says that it keeps something. */
  endAll(): void {
    for (const frame of this.kept) this.end(frame);
  }
}
