import type { PictureGate, SourcePicture } from '../../cameras/source-picture.js';

export interface FrameGateParts {
  /** Pictures under way at once. */
  readonly atOnce: number;
  /**
   * Submits and reports one; never throws.
   *
   * @param mayDrop whether a newer picture may take its place.
   */
  readonly handle: (picture: SourcePicture, mayDrop: boolean) => Promise<'done' | 'later'>;
  /** Told of an offered picture that a newer one has replaced, or that the cluster could not be asked about. */
  readonly onDropped: (picture: SourcePicture) => void;
  readonly say: (text: string) => void;
}

/** Bounds what is under way: the newest picture waits for room, older ones are dropped. */
export class FrameGate implements PictureGate {
  readonly #parts: FrameGateParts;
  readonly #underWay = new Set<Promise<unknown>>();
  #newest: SourcePicture | null = null;
  #said = '';

  constructor(parts: FrameGateParts) {
    this.#parts = parts;
  }

  offer(picture: SourcePicture): void {
    if (this.#underWay.size < this.#parts.atOnce) {
      void this.#start(picture, true).then((end) => {
        if (end === 'later') this.#parts.onDropped(picture);
      });
      return;
    }
    if (this.#newest !== null) this.#parts.onDropped(this.#newest);
    this.#newest = picture;
  }

  async submit(picture: SourcePicture): Promise<'done' | 'later'> {
    // Not by `room`: between its answer and the start another one could begin.
    while (this.#underWay.size >= this.#parts.atOnce) await Promise.race(this.#underWay);
    return this.#start(picture, false);
  }

  async room(): Promise<void> {
    while (this.#underWay.size >= this.#parts.atOnce) await Promise.race(this.#underWay);
  }

  note(text: string): void {
    if (text === this.#said) return;
    this.#said = text;
    if (text !== '') this.#parts.say(text);
  }

  /** Settles when nothing is under way or waits any more. */
  async drain(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #start(picture: SourcePicture, mayDrop: boolean): Promise<'done' | 'later'> {
    const work: Promise<'done' | 'later'> = this.#parts.handle(picture, mayDrop).finally(() => {
      this.#underWay.delete(work);
      const next = this.#newest;
      this.#newest = null;
      if (next !== null) this.offer(next);
    });
    this.#underWay.add(work);
    return work;
  }
}
