import { describe, expect, it } from 'vitest';
import { inspectPicture } from '../../server/imaging/picture-header.js';
import { painted, speckled, withCode } from './pictures.js';
import { promisingPng } from './png-chunks.js';

const LIMITS = { pictureBytes: 1_000_000, pictureMegapixels: 10 };
const FORMATS = ['jpeg', 'png', 'webp'] as const;

describe('inspectPicture', async () => {
  const picture = await speckled(320, 200);

  it.each(FORMATS)('tells kind and size of a %s', async (format) => {
    const bytes = await picture.clone().toFormat(format).toBuffer();
    expect(await inspectPicture(bytes, LIMITS)).toEqual({ mediaType: `image/${format}`, width: 320, height: 200 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns the size by EXIF orientation %i', async (orientation) => {
    const bytes = await picture.clone().withMetadata({ orientation }).jpeg().toBuffer();
    const { width, height } = await inspectPicture(bytes, LIMITS);
    expect([width, height]).toEqual(orientation < 5 ? [320, 200] : [200, 320]);
  });

  it.each(FORMATS.flatMap((format) => [0.1, 0.5, 0.95].map((share) => [format, share] as const)))(
    'refuses a %s that was cut off at %d of its length',
    async (format, share) => {
      const bytes = await picture.clone().toFormat(format).toBuffer();
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      await expect(inspectPicture(cut, LIMITS)).rejects.toThrow(withCode('DT_PICTURE_BROKEN'));
    },
  );

  it('is not misled by the whole thumbnail within a cut JPEG', async () => {
    const thumbnail = await (await painted(16, 16, () => [9, 9, 9])).jpeg().toBuffer();
    const bytes = await picture.clone().jpeg().toBuffer();
    const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 0]), thumbnail]);
    segment.writeUInt16BE(thumbnail.length + 2, 2);
    const withThumbnail = Buffer.concat([bytes.subarray(0, 2), segment, bytes.subarray(2)]);
    expect(await inspectPicture(withThumbnail, LIMITS)).toMatchObject({ width: 320, height: 200 });
    const cut = withThumbnail.subarray(0, withThumbnail.length - 100);
    await expect(inspectPicture(cut, LIMITS)).rejects.toThrow(withCode('DT_PICTURE_BROKEN'));
  });

  it.each(FORMATS)('takes a %s with something behind its end', async (format) => {
    const bytes = await picture.clone().toFormat(format).toBuffer();
    expect(await inspectPicture(Buffer.concat([bytes, Buffer.alloc(40)]), LIMITS)).toMatchObject({ width: 320 });
  });

  it('refuses what only starts like a picture', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(500, 7)]);
    await expect(inspectPicture(bytes, LIMITS)).rejects.toThrow(withCode('DT_PICTURE_BROKEN'));
  });

  it('refuses too many bytes, naming both sizes', async () => {
    const bytes = await picture.clone().png().toBuffer();
    const inspecting = inspectPicture(bytes, { ...LIMITS, pictureBytes: 1_000 });
    await expect(inspecting).rejects.toThrow(withCode('DT_PICTURE_TOO_LARGE'));
    await expect(inspecting).rejects.toThrow(`at most 1000 bytes, got ${bytes.length}`);
  });

  it.each([
    [150_000, 200, 'at most 100000 pixels a side, got 150000x200'],
    [200, 150_000, 'at most 100000 pixels a side, got 200x150000'],
    [90_000, 80, 'at most 1000 times the shorter one, got 90000x80'],
    [80, 90_000, 'at most 1000 times the shorter one, got 80x90000'],
  ])('refuses %d x %d pixels by their sides, however few they are', async (width, height, says) => {
    const inspecting = inspectPicture(promisingPng(width, height), { ...LIMITS, pictureMegapixels: 50 });
    await expect(inspecting).rejects.toThrow(withCode('DT_PICTURE_DIMENSIONS'));
    await expect(inspecting).rejects.toThrow(says);
  });

  it('takes a panorama and a ruler', async () => {
    for (const [width, height] of [
      [32_000, 1_500],
      [5_000, 5],
    ] as const) {
      const inspecting = inspectPicture(promisingPng(width, height), { ...LIMITS, pictureMegapixels: 50 });
      expect(await inspecting).toMatchObject({ width, height });
    }
  });

  it('refuses a bomb by its header, at once and without its memory', async () => {
    const bomb = promisingPng(30_000, 30_000);
    const before = process.memoryUsage.rss();
    const start = performance.now();
    const inspecting = inspectPicture(bomb, LIMITS);
    await expect(inspecting).rejects.toThrow(withCode('DT_PICTURE_DIMENSIONS'));
    expect(performance.now() - start).toBeLessThan(200);
    expect(process.memoryUsage.rss() - before).toBeLessThan(30e6);
    await expect(inspecting).rejects.toThrow('at most 10 megapixels, got 30000x30000 (900.0 megapixels)');
  });
});
