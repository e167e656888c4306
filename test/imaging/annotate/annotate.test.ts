import { describe, expect, it } from 'vitest';
import { annotatePicture } from '../../../server/imaging/annotate/annotate.js';
import { colourOf } from '../../../server/imaging/annotate/annotation-colours.js';
import { colourDistance, painted, pixelsOf, type Rgb, speckled, withCode } from '../pictures.js';

const GREY: Rgb = [128, 128, 128];

/** A dog whose box goes from (100, 120) to (300, 220). */
const DOG = { label: 'dog', classIndex: 0, score: 0.93, pixels: { x: 100, y: 120, width: 200, height: 100 } };
const [LINE, TEXT] = [colourOf('dog', 0).line, colourOf('dog', 0).text].map(
  (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb,
) as [Rgb, Rgb];

async function greyPicture() {
  return (await painted(400, 300, () => GREY)).png().toBuffer();
}

/** Pixels of a colour in a rectangle. */
function count(
  picture: Awaited<ReturnType<typeof pixelsOf>>,
  colour: Rgb,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
) {
  let found = 0;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) if (colourDistance(picture.at(x, y), colour) < 40) found++;
  }
  return found;
}

describe('annotatePicture', () => {
  it('draws the box, the plate and the letters, and leaves the rest alone', async () => {
    const jpeg = await annotatePicture(await greyPicture(), [DOG]);
    expect(jpeg.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    const picture = await pixelsOf(jpeg);
    expect([picture.width, picture.height]).toEqual([400, 300]);
    const borders: [number, number][] = [
      [100, 170],
      [300, 170],
      [200, 120],
      [200, 220],
    ];
    for (const [x, y] of borders)
      expect(count(picture, LINE, x - 2, y - 2, x + 2, y + 2), `${x}, ${y}`).toBeGreaterThan(4);
    expect(count(picture, LINE, 100, 104, 160, 118)).toBeGreaterThan(200);
    expect(count(picture, TEXT, 100, 104, 160, 118)).toBeGreaterThan(60);
    expect(count(picture, GREY, 110, 130, 290, 210)).toBe(180 * 80);
    expect(count(picture, GREY, 0, 240, 400, 300)).toBe(400 * 60);
  });

  it('gives the whole picture when there is nothing to draw', async () => {
    const picture = await pixelsOf(await annotatePicture(await greyPicture(), []));
    expect(count(picture, GREY, 0, 0, 400, 300)).toBe(400 * 300);
  });

  it('takes markup in a label as text', async () => {
    const label = '</g><rect width="400" height="300" fill="red"/>&"';
    const picture = await pixelsOf(await annotatePicture(await greyPicture(), [{ ...DOG, label }]));
    expect(count(picture, [255, 0, 0], 0, 0, 400, 300)).toBe(0);
  });

  it('draws in the picture the right way up, and drops what the camera wrote', async () => {
    const upright = await painted(300, 400, (_, y) => (y < 200 ? [250, 250, 250] : GREY));
    const sideways = await upright.rotate(270).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
    const jpeg = await annotatePicture(sideways, [{ ...DOG, pixels: { x: 50, y: 250, width: 100, height: 100 } }]);
    const picture = await pixelsOf(jpeg);
    expect([picture.width, picture.height]).toEqual([300, 400]);
    expect(count(picture, [250, 250, 250], 0, 0, 300, 195)).toBe(300 * 195);
    expect(count(picture, LINE, 48, 260, 52, 340)).toBeGreaterThan(100);
    expect(jpeg.includes('Exif')).toBe(false);
  });

  it('draws a large picture smaller, its boxes with it', async () => {
    const bytes = await (await painted(2000, 1000, () => GREY)).jpeg().toBuffer();
    const detection = { ...DOG, pixels: { x: 1000, y: 500, width: 600, height: 400 } };
    const picture = await pixelsOf(await annotatePicture(bytes, [detection], { maxMegapixels: 0.5 }));
    expect([picture.width, picture.height]).toEqual([1000, 500]);
    expect(count(picture, LINE, 498, 260, 502, 440)).toBeGreaterThan(200);
  });

  it('draws a picture that is wider than a JPEG may be as wide as a JPEG may be', async () => {
    const bytes = await (await painted(70_000, 40, () => GREY)).png().toBuffer();
    const { height, width } = await pixelsOf(await annotatePicture(bytes, []));
    expect([width, height]).toEqual([65_500, 37]);
  });

  it.each(['png', 'webp'] as const)('puts what is transparent in a %s on black', async (format) => {
    const translucent = await (await painted(400, 300, () => [200, 100, 60]))
      .ensureAlpha(0.5)
      .toFormat(format)
      .toBuffer();
    expect(
      colourDistance((await pixelsOf(await annotatePicture(translucent, [DOG]))).at(20, 20), [100, 50, 30]),
    ).toBeLessThan(9);
  });

  it('takes grey and CMYK pictures', async () => {
    const grey = await (await painted(400, 300, () => GREY)).toColourspace('b-w').png().toBuffer();
    const cmyk = await (await painted(400, 300, () => GREY)).toColourspace('cmyk').jpeg().toBuffer();
    for (const bytes of [grey, cmyk]) {
      const picture = await pixelsOf(await annotatePicture(bytes, [DOG]));
      expect(colourDistance(picture.at(20, 20), GREY)).toBeLessThan(20);
      expect(count(picture, LINE, 98, 130, 102, 210)).toBeGreaterThan(100);
    }
  });

  it('refuses a truncated picture and other formats', async () => {
    const bytes = await (await speckled(200, 120)).jpeg().toBuffer();
    await expect(annotatePicture(bytes.subarray(0, bytes.length / 2), [])).rejects.toThrow(
      withCode('DT_PICTURE_BROKEN'),
    );
    await expect(annotatePicture(Buffer.from('GIF89a'), [])).rejects.toThrow(withCode('DT_PICTURE_FORMAT'));
  });
});
