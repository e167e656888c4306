/** What bytes are that are no picture which is taken. */
export interface ForeignFormat {
  /** As it follows "got" in a message. */
  readonly name: string;
  /** What to do about it: a sentence. */
  readonly remedy: string;
}

/** What to do about a file that is no picture which is taken. */
export const REMEDY = {
  convert: 'Convert it and send it again.',
  convertPhone: 'Convert it, or have the phone write JPEGs (iPhone: Settings, Camera, Formats, Most Compatible).',
  raw: 'Convert it to a JPEG, or send the JPEG that the camera can write beside it.',
  draw: 'Draw it as a PNG and send that.',
  film: 'Send one picture of it, or watch it with `deepthings watch`.',
  unpack: 'Unpack it and send the pictures in it.',
  check: 'Check the file, or the address that it came from.',
  page: 'It may be a login page or an error: check the address that it came from.',
  lfs: 'Fetch the picture itself with `git lfs pull`.',
  decode: 'Decode it and send the bytes.',
  binary: 'Send the original, as binary data.',
} as const;

/** How many bytes there are, in words. */
export function byteCount(length: number): string {
  return `${length} ${length === 1 ? 'byte' : 'bytes'}`;
}
