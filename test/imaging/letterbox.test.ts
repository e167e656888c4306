import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type LetterboxedPicture, letterboxPicture } from '../../server/imaging/letterbox.js';
import { colourDistance, painted, pixelsOf, type Rgb, speckled, withCode } from './pictures.js';

const FILL: Rgb = [10, 20, 30];

function spec(width: number, height: number, anchor: 'centre' | 'top-left' | 'stretch' = 'centre') {
  return {
    input: { channels: 3, width, height },
    preprocessing: { anchor, fill: FILL } as const,
  };
}

function colourAt({ data, placement }: LetterboxedPicture, x: number, y: number): Rgb {
  const { inputWidth, inputHeight } = placement;
  const at = (channel: number) => data[(channel * inputHeight + y) * inputWidth + x]!;
  return [at(0), at(1), at(2)];
}

const RED: Rgb = [200, 0, 0];
const GREEN: Rgb = [0, 150, 0];
const BLUE: Rgb = [0, 0, 220];
const WHITE: Rgb = [250, 250, 250];

/** Four quarters: red, green above; blue, white below. */
const quarters = (width: number, height: number) =>
  painted(width, height, (x, y) => (y < height / 2 ? (x < width / 2 ? RED : GREEN) : x < width / 2 ? BLUE : WHITE));

describe('letterboxPicture', () => {
  it.each([
    [80, 40, 'centre'],
    [40, 80, 'centre'],
    [33, 21, 'top-left'],
    [50, 50, 'stretch'],
  ] as const)('gives the rows that are wanted as they are in the whole: %i x %i, %s', async (width, height, anchor) => {
    const picture = await (await quarters(width, height)).png().toBuffer();
    const whole = await letterboxPicture(picture, spec(64, 48, anchor));
    for (const rows of [
      { start: 0, end: 7 },
      { start: 7, end: 8 },
      { start: 20, end: 48 },
      { start: 0, end: 48 },
    ]) {
      const part = await letterboxPicture(picture, spec(64, 48, anchor), rows);
      const wanted = [0, 1, 2].map((channel) => {
        return whole.data.subarray((channel * 48 + rows.start) * 64, (channel * 48 + rows.end) * 64);
      });
      expect(Buffer.from(part.data).equals(Buffer.concat(wanted)), `rows ${rows.start} to ${rows.end}`).toBe(true);
      expect(part.digest).toBe(createHash('sha256').update(part.data).digest('hex'));
      expect(part.placement).toEqual(whole.placement);
    }
  });

  it('places a wide picture in the middle and fills above and below', async () => {
    const boxed = await letterboxPicture(await (await quarters(80, 40)).png().toBuffer(), spec(64, 64));
    expect(boxed.placement).toMatchObject({ scaledWidth: 64, scaledHeight: 32, left: 0, top: 16 });
    expect(boxed.data).toHaveLength(3 * 64 * 64);
    for (const x of [0, 31, 63]) {
      expect([0, 15, 48, 63].map((y) => colourAt(boxed, x, y))).toEqual([FILL, FILL, FILL, FILL]);
    }
    expect([0, 63].flatMap((x) => [16, 47].map((y) => colourAt(boxed, x, y)))).toEqual([RED, BLUE, GREEN, WHITE]);
  });

  it('places a tall picture at the top left and fills at the right', async () => {
    const boxed = await letterboxPicture(await (await quarters(40, 80)).png().toBuffer(), spec(96, 64, 'top-left'));
    expect(boxed.placement).toMatchObject({ scaledWidth: 32, scaledHeight: 64, left: 0, top: 0 });
    expect([0, 31, 32, 95].map((x) => colourAt(boxed, x, 0))).toEqual([RED, GREEN, FILL, FILL]);
  });

  it('stretches a picture over the whole input', async () => {
    const boxed = await letterboxPicture(await (await quarters(80, 40)).png().toBuffer(), spec(48, 64, 'stretch'));
    expect(boxed.placement).toMatchObject({ scaledWidth: 48, scaledHeight: 64, left: 0, top: 0 });
    expect([0, 20, 27, 47].map((x) => colourAt(boxed, x, 0))).toEqual([RED, RED, GREEN, GREEN]);
    expect([28, 35, 63].map((y) => colourAt(boxed, 0, y))).toEqual([RED, BLUE, BLUE]);
  });

  it('has the digest of its bytes, which no other picture has', async () => {
    const boxed = await letterboxPicture(await (await quarters(40, 40)).png().toBuffer(), spec(32, 32));
    const other = await letterboxPicture(await (await speckled(40, 40)).png().toBuffer(), spec(32, 32));
    expect(boxed.digest).toBe(createHash('sha256').update(boxed.data).digest('hex'));
    expect(other.digest).not.toBe(boxed.digest);
  });

  // Where the picture's red, green, blue and white quarters go, from the top left row by row.
  it.each([
    [1, [RED, GREEN, BLUE, WHITE]],
    [2, [GREEN, RED, WHITE, BLUE]],
    [3, [WHITE, BLUE, GREEN, RED]],
    [4, [BLUE, WHITE, RED, GREEN]],
    [5, [RED, BLUE, GREEN, WHITE]],
    [6, [BLUE, RED, WHITE, GREEN]],
    [7, [WHITE, GREEN, BLUE, RED]],
    [8, [GREEN, WHITE, RED, BLUE]],
  ] as const)('turns a picture of EXIF orientation %i the right way up', async (orientation, expected) => {
    const picture = await (await quarters(64, 32)).withMetadata({ orientation }).png().toBuffer();
    const boxed = await letterboxPicture(picture, spec(64, 64, 'top-left'));
    const { scaledWidth, scaledHeight } = boxed.placement;
    expect([scaledWidth, scaledHeight]).toEqual(orientation < 5 ? [64, 32] : [32, 64]);
    const corners = [0, scaledHeight - 1].flatMap((y) => [0, scaledWidth - 1].map((x) => colourAt(boxed, x, y)));
    expect(corners).toEqual(expected);
  });

  it('makes RGB of grey', async () => {
    const picture = await (await painted(32, 32, () => [120, 120, 120])).toColourspace('b-w').png().toBuffer();
    expect(colourAt(await letterboxPicture(picture, spec(32, 32)), 7, 7)).toEqual([120, 120, 120]);
  });

  it('makes RGB of CMYK', async () => {
    const picture = await (await painted(32, 32, () => [200, 60, 40])).toColourspace('cmyk').jpeg().toBuffer();
    const colour = colourAt(await letterboxPicture(picture, spec(32, 32)), 7, 7);
    // A press cannot print every colour; ink taken for light would be off by a hundred.
    expect(colourDistance(colour, [200, 60, 40])).toBeLessThan(40);
  });

  it('makes bytes of 16 bits', async () => {
    const picture = await (await painted(32, 32, () => [200, 60, 40])).toColourspace('rgb16').png().toBuffer();
    expect(colourAt(await letterboxPicture(picture, spec(32, 32)), 7, 7)).toEqual([200, 60, 40]);
  });

  it('puts what is transparent on black', async () => {
    const picture = await (await painted(32, 32, () => [200, 100, 50])).ensureAlpha(0.5).png().toBuffer();
    expect(colourDistance(colourAt(await letterboxPicture(picture, spec(32, 32)), 7, 7), [100, 50, 25])).toBeLessThan(
      2,
    );
  });

  it('leaves colour profiles aside, as Darknet does', async () => {
    const wideGamut = (await quarters(32, 32)).withIccProfile('p3').png();
    // Written as 183, 38, 24, which in Display P3 is this red of sRGB.
    expect(colourAt(await letterboxPicture(await wideGamut.toBuffer(), spec(32, 32)), 1, 1)).toEqual([183, 38, 24]);
    expect(colourDistance((await pixelsOf(await wideGamut.toBuffer())).at(1, 1), RED)).toBeLessThan(3);
  });

  it.each([
    ['1 x 1', 1, 1],
    ['very wide', 500, 1],
    ['very tall', 1, 500],
  ])('takes a picture that is %s', async (_, width, height) => {
    const picture = await (await painted(width, height, () => RED)).png().toBuffer();
    const boxed = await letterboxPicture(picture, spec(32, 32));
    const { left, top, scaledWidth, scaledHeight } = boxed.placement;
    expect(colourAt(boxed, left, top)).toEqual(RED);
    expect(colourAt(boxed, left + scaledWidth - 1, top + scaledHeight - 1)).toEqual(RED);
  });

  it.each(['jpeg', 'png', 'webp'] as const)('reduces a %s of many megapixels while decoding it', async (format) => {
    const picture = await quarters(2400, 1600);
    const bytes = await picture.withMetadata({ orientation: 6 }).toFormat(format).toBuffer();
    const boxed = await letterboxPicture(bytes, spec(96, 96));
    expect(boxed.placement).toMatchObject({ pictureWidth: 1600, pictureHeight: 2400, scaledWidth: 64, left: 16 });
    const found = [5, 90].flatMap((y) => [20, 75].map((x) => colourAt(boxed, x, y)));
    [BLUE, RED, WHITE, GREEN].forEach((colour, corner) => {
      expect(colourDistance(found[corner]!, colour), `corner ${corner}`).toBeLessThan(12);
    });
    expect(colourAt(boxed, 15, 50)).toEqual(FILL);
  });

  const cuts = (['jpeg', 'png', 'webp'] as const).flatMap((format) =>
    [0.1, 0.5, 0.95].map((share) => [format, share] as const),
  );

  it.each(cuts)('refuses a %s that was cut off at %d of its length', async (format, share) => {
    const bytes = await (await speckled(200, 120)).toFormat(format).toBuffer();
    const cut = bytes.subarray(0, Math.floor(bytes.length * share));
    await expect(letterboxPicture(cut, spec(64, 64))).rejects.toThrow(withCode('DT_PICTURE_BROKEN'));
  });

  it('refuses a progressive JPEG and an interlaced PNG that were cut off', async () => {
    const picture = await speckled(200, 120);
    for (const bytes of [
      await picture.clone().jpeg({ progressive: true }).toBuffer(),
      await picture.clone().png({ progressive: true }).toBuffer(),
    ]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * 0.9));
      await expect(letterboxPicture(cut, spec(64, 64))).rejects.toThrow(withCode('DT_PICTURE_BROKEN'));
    }
  });

  it('takes a JPEG that is merely odd: flipped bits, something behind its end', async () => {
    const bytes = await (await speckled(200, 120)).jpeg().toBuffer();
    bytes[Math.floor(bytes.length / 2)]! ^= 0x10;
    const boxed = await letterboxPicture(Buffer.concat([bytes, Buffer.from('\r\n--boundary')]), spec(64, 64));
    expect(boxed.placement.scaledHeight).toBe(38);
  });

  it('refuses zero bytes and other formats', async () => {
    await expect(letterboxPicture(Buffer.alloc(0), spec(64, 64))).rejects.toThrow(withCode('DT_PICTURE_EMPTY'));
    const gif = await (await quarters(20, 20)).gif().toBuffer();
    await expect(letterboxPicture(gif, spec(64, 64))).rejects.toThrow(withCode('DT_PICTURE_FORMAT'));
  });
});
