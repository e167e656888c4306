import { DeepThingsError } from '../../errors.js';
import type { Orientation } from './exif-orientation.js';

/** A picture's file, taken apart: what its header states, and the bytes that its pixels need. */
export interface PictureContainer {
  /** Pixels as coded, before the orientation turns them. */
  readonly codedWidth: number;
  readonly codedHeight: number;
  readonly orientation: Orientation;
  /**
   * The file without what no decoder needs: texts, EXIF but for the orientation, XMP, thumbnails, further pictures, large
   * colour profiles. The bytes that came, not a copy, where nothing had to go.
   */
  readonly essential: Buffer;
}

/** No file that a camera or a program writes has more segments or chunks by far; each costs its reader some time. */
export const MAX_PARTS = 65_536;

/** Bytes of the largest colour profile that is kept, unpacked. Display P3, Adobe RGB and sRGB have 0.5 to 3 kB. */
export const MAX_PROFILE_BYTES = 65_536;

/** Joins parts of a file; parts that follow each other in the same file are not copied when they are all of it. */
export class KeptParts {
  readonly #file: Buffer;
  readonly #parts: Buffer[] = [];
  /** End of the last part in the file, when it was taken from there. */
  #start = -1;
  #end = -1;

  constructor(file: Buffer) {
    this.#file = file;
  }

  /** Keeps the bytes from `start` to `end` (excluded) of the file. */
  keep(start: number, end: number): void {
    if (this.#end === start) {
      this.#parts[this.#parts.length - 1] = this.#file.subarray(this.#start, end);
    } else {
      this.#parts.push(this.#file.subarray(start, end));
      this.#start = start;
    }
    this.#end = end;
  }

  /** Adds bytes that the file has not. */
  add(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#end = -1;
  }

  join(): Buffer {
    return this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
  }
}

/** The one error for a picture of the right format that cannot be decoded, or only in part. */
export function brokenPicture(message: string, cause?: unknown): DeepThingsError {
  return new DeepThingsError('DT_PICTURE_BROKEN', `${message} Send the picture again, whole.`, { cause });
}

export function endsTooEarly(format: string, file: Uint8Array): DeepThingsError {
  return brokenPicture(`Expected a whole ${format} picture, got ${file.length} bytes that end too early.`);
}
