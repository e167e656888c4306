/** A picture on its way to the cluster. */
export interface SourcePicture {
  /** A file's name; for a camera the time at which the picture arrived. */
  readonly name: string;
  readonly body: PictureBytes;
}

/** The bytes of one picture, with the media type that they show. */
export interface PictureBytes {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A folder, a camera or a video: gives pictures for as long as it is watched. */
export interface PictureSource {
  /** Hands pictures to the gate until the source has no more, or the signal is aborted. */
  run(gate: PictureGate, signal: AbortSignal): Promise<void>;
}

/** Takes pictures from a source. */
export interface PictureGate {
  /**
   * Takes a picture at once. When the greatest number of pictures is under way already, the picture waits, and replaces
   * an older one that waits, which is dropped.
   */
  offer(picture: SourcePicture): void;
  /**
   * Takes a picture when there is room for it; drops none.
   *
   * @returns how it ended: `later` when the cluster could not be asked, so that another try makes sense.
   */
  submit(picture: SourcePicture): Promise<'done' | 'later'>;
  /** Settles when `submit` would begin at once. */
  room(): Promise<void>;
  /** Reports a text beside the results; repeats of the same text are left out. */
  note(text: string): void;
}
