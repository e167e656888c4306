import type { PictureBody } from '../submit/picture-file.js';

/** A picture on its way to the cluster. */
export interface SourcePicture {
  /** A file's name; of a camera the time at which the picture was taken. */
  readonly name: string;
  readonly body: PictureBody;
}

/** Where pictures come from, for as long as it is watched. */
export interface PictureSource {
  /** Hands pictures over until it has no more or the signal is given. */
  run(gate: PictureGate, signal: AbortSignal): Promise<void>;
}

/** What takes pictures from a source. */
export interface PictureGate {
  /**
   * Takes a picture at once. When as many are under way as may be, it waits in the place of an older one that waits,
   * which is dropped.
   */
  offer(picture: SourcePicture): void;
  /**
   * Takes a picture when there is room for it; none is dropped.
   *
   * @returns how it ended: `later` when the cluster could not be asked, so that it is worth another try.
   */
  submit(picture: SourcePicture): Promise<'done' | 'later'>;
  /** Settles when `submit` would begin at once. */
  room(): Promise<void>;
  /** Said once until something else is, beside the results. */
  note(text: string): void;
}
