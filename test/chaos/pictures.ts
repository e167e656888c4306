import sharp from 'sharp';
import { samplePhoto } from '../support/frames.js';
import { PICTURES } from './plan.js';

const EDGES = [320, 240, 400];

/** Small photographs of people, other ones each. */
export function chaosPictures(): Promise<Uint8Array[]> {
  return Promise.all(
    Array.from({ length: PICTURES }, async (_, i) => {
      const photo = sharp(samplePhoto(`sample${i + 1}.jpg`)).resize({ width: EDGES[i]! });
      return new Uint8Array(await photo.jpeg({ quality: 80 }).toBuffer());
    }),
  );
}
