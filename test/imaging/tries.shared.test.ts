import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectPicture } from '../../server/imaging/picture-header.js';
import { sharedData } from '../support/shared-data.js';
import { withCode } from './pictures.js';

const inspect = (path: string) =>
  inspectPicture(readFileSync(sharedData(path)), { pictureBytes: 20 * 2 ** 20, pictureMegapixels: 50 });

describe('a picture that tripped the product', () => {
  it.each([
    ['truncated-then-eoi.jpg', 'DT_PICTURE_BROKEN', 'lacks the data of 53 % of its blocks'],
    ['two-pictures-mixed.jpg', 'DT_PICTURE_BROKEN', 'lacks the data of 7 % of its blocks'],
    ['jpeg-12-bit.jpg', 'DT_PICTURE_FORMAT', 'Convert it to an 8-bit JPEG'],
    ['avif-sequence.avif', 'DT_PICTURE_FORMAT', 'got AVIF (a sequence)'],
    ['wide-100000x1.png', 'DT_PICTURE_DIMENSIONS', 'at most 1000 times the shorter one'],
    ['png-wide-49999999x1.png', 'DT_PICTURE_DIMENSIONS', 'at most 100000 pixels a side'],
    ['git-lfs-pointer.weights', 'DT_PICTURE_FORMAT', 'a Git LFS pointer'],
  ])('%s is refused, and the message says why', async (name, code, says) => {
    const inspecting = inspect(`tries/${name}`);
    await expect(inspecting).rejects.toThrow(withCode(code));
    await expect(inspecting).rejects.toThrow(says);
  });

  it('png-text-bomb-97kB.png is a picture like any other', async () => {
    expect(await inspect('tries/png-text-bomb-97kB.png')).toEqual({ mediaType: 'image/png', width: 64, height: 64 });
  });

  it('the photographs of cameras are taken', async () => {
    const photos = readdirSync(sharedData('photos'));
    expect(photos.length).toBeGreaterThan(3);
    for (const name of photos) expect(await inspect(`photos/${name}`), name).toMatchObject({ mediaType: 'image/jpeg' });
  });
});
