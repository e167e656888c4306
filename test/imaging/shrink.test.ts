import sharp from 'sharp';
import { expect, it } from 'vitest';
import { shrinkPicture } from '../../server/imaging/shrink.js';

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#337' } });

it('no side of a small copy is longer than asked for, and its proportions stay', async () => {
  const { format, width, height } = await sharp(
    await shrinkPicture(await picture(300, 600).png().toBuffer(), 64),
  ).metadata();
  expect({ format, width, height }).toEqual({ format: 'jpeg', width: 32, height: 64 });
});

it('a picture that is turned by its orientation is the right way up', async () => {
  const turned = await picture(200, 100).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const { width, height, orientation } = await sharp(await shrinkPicture(turned, 50)).metadata();
  expect([width, height, orientation]).toEqual([25, 50, undefined]);
});

it('a small picture is not made larger', async () => {
  const { width } = await sharp(await shrinkPicture(await picture(20, 10).png().toBuffer(), 64)).metadata();
  expect(width).toBe(20);
});
