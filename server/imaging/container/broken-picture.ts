import { DeepThingsError } from '../../errors.js';

/** The one error for a picture of the right format that cannot be decoded, or only in part. */
export function brokenPicture(message: string, cause?: unknown): DeepThingsError {
  return new DeepThingsError('DT_PICTURE_BROKEN', `${message} Send the picture again, whole.`, { cause });
}

export function endsTooEarly(format: string, file: Uint8Array): DeepThingsError {
  return brokenPicture(`Expected a whole ${format} picture, got ${file.length} bytes that end too early.`);
}
