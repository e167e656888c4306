import sharp from 'sharp';
import { samplePhotoPath } from '../../server/imaging/sample-photos.js';

/** A sample photograph made `width` pixels wide, to be written in any format. */
export function samplePicture(width: number, name = 'sample1.jpg') {
  return sharp(samplePhotoPath(name)).resize({ width });
}

export const JPEG_END = Buffer.from([0xff, 0xd9]);

/** Where a JPEG's first scan has its coded bytes. */
export function codedStart(jpeg: Buffer): number {
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  return scan + 2 + jpeg.readUInt16BE(scan + 2);
}

/** A JPEG cut at a share of its coded bytes, with an end marker put there. */
export function cutAndEnded(jpeg: Buffer, share: number): Buffer {
  const start = codedStart(jpeg);
  return Buffer.concat([jpeg.subarray(0, start + Math.floor(share * (jpeg.length - start))), JPEG_END]);
}
