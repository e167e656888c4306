import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** How many photographs there are. */
export const SAMPLE_PHOTOS = 6;

/** Path of a photograph of people that comes with the face detector's package (MIT): `sample1.jpg` to `sample6.jpg`. */
export function samplePhotoPath(name: string): string {
  const { resolve } = createRequire(import.meta.url);
  return join(dirname(resolve('@vladmandic/face-api/package.json')), 'demo', name);
}
