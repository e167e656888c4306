import { describe, expect, it } from 'vitest';
import { essentialPicture } from '../../server/imaging/essential-picture.js';
import { loadSharp } from '../../server/imaging/sharp-library.js';
import { chunkTypes, jpegSegment, markersOf, riffTypes, withRiffChunk, withSegments } from './picture-parts.js';
import { paint, speckled, withCode } from './pictures.js';
import { PACKED_BOMBS, pngChunk, withChunks } from './png-chunks.js';

/** Decoded as the product decodes, to compare. */
async function decoded(bytes: Buffer): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(bytes, { failOn: 'truncated', ignoreIcc: true }).autoOrient().raw().toBuffer();
}

async function expectSamePixels(bytes: Buffer): Promise<Buffer> {
  const essential = essentialPicture(bytes).bytes;
  expect((await decoded(essential)).equals(await decoded(bytes))).toBe(true);
  return essential;
}

const speckles = await speckled(120, 80);
const jpegOf = () => speckles.clone().jpeg().toBuffer();
const pngOf = () => speckles.clone().png().toBuffer();

describe('essentialPicture', () => {
  it.each([
    ['JPEG', () => jpegOf()],
    ['PNG', () => pngOf()],
    ['WebP', () => speckles.clone().webp().toBuffer()],
  ])('gives the very bytes of a %s that has nothing else', async (_, make) => {
    const { bytes } = essentialPicture(await make());
    const { bytes: essential } = essentialPicture(bytes);
    expect([essential.buffer, essential.byteOffset]).toEqual([bytes.buffer, bytes.byteOffset]);
    expect(essential).toHaveLength(bytes.length);
  });

  it.each([
    ['a progressive JPEG', () => speckles.clone().jpeg({ progressive: true }).toBuffer()],
    ['a grey JPEG', () => speckles.clone().toColourspace('b-w').jpeg().toBuffer()],
    ['a CMYK JPEG, which needs its Adobe segment', () => speckles.clone().toColourspace('cmyk').jpeg().toBuffer()],
    ['an interlaced PNG', () => speckles.clone().png({ progressive: true }).toBuffer()],
    [
      'a PNG with a palette and transparency',
      () => speckles.clone().ensureAlpha(0.5).png({ palette: true }).toBuffer(),
    ],
    ['a PNG of 16 bits', () => speckles.clone().toColourspace('rgb16').png().toBuffer()],
    ['a lossless WebP', () => speckles.clone().webp({ lossless: true }).toBuffer()],
    ['a WebP with alpha', () => speckles.clone().ensureAlpha(0.5).webp().toBuffer()],
    [
      'a JPEG with everything',
      () => speckles.clone().keepIccProfile().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    ],
    [
      'a PNG with everything',
      () => speckles.clone().withIccProfile('p3').withMetadata({ orientation: 3 }).png().toBuffer(),
    ],
    ['a WebP with everything', () => speckles.clone().withMetadata({ orientation: 8 }).webp().toBuffer()],
  ])('keeps the pixels of %s', async (_, make) => {
    await expectSamePixels(await make());
  });
});

describe('of a PNG', () => {
  it('chunks that unpack to 50 MB each stay behind', async () => {
    const png = await pngOf();
    const bomb = withChunks(png, ...Object.values(PACKED_BOMBS), PACKED_BOMBS.zTXt);
    const startMs = performance.now();
    const { bytes } = essentialPicture(bomb);
    expect(performance.now() - startMs).toBeLessThan(100);
    expect(chunkTypes(bytes)).toEqual(chunkTypes(png).filter((type) => type !== 'pHYs'));
  });

  it('frames of an animation, texts and unknown chunks stay behind', async () => {
    const extra = ['acTL', 'fcTL', 'fdAT', 'tEXt', 'vpAg', 'eXIf', 'gAMA'].map((type) =>
      pngChunk(type, Buffer.alloc(30)),
    );
    const essential = await expectSamePixels(withChunks(await pngOf(), ...extra));
    expect(new Set(chunkTypes(essential))).toEqual(new Set(['IHDR', 'IDAT', 'IEND']));
  });

  it('a small colour profile goes on', async () => {
    const png = await speckles.clone().withIccProfile('p3').png().toBuffer();
    expect(chunkTypes(essentialPicture(png).bytes)).toContain('iCCP');
  });

  it('more chunks than any has are refused', async () => {
    const png = await pngOf();
    const chunks = Buffer.concat(Array.from({ length: 70_000 }, () => pngChunk('IDAT', Buffer.alloc(0))));
    expect(() => essentialPicture(withChunks(png, chunks))).toThrow(withCode('DT_PICTURE_BROKEN'));
  });
});

describe('of a JPEG', () => {
  it('comments, EXIF, XMP, large profiles and what follows its end stay behind', async () => {
    const jpeg = await jpegOf();
    const segments = [
      jpegSegment(0xe1, `Exif\0\0II*\0${'\0'.repeat(900)}`),
      jpegSegment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>'),
      jpegSegment(0xe2, `ICC_PROFILE\0\x01\x02${'x'.repeat(60_000)}`),
      jpegSegment(0xe2, `ICC_PROFILE\0\x02\x02${'x'.repeat(60_000)}`),
      jpegSegment(0xe2, `MPF\0${'x'.repeat(90)}`),
      jpegSegment(0xed, 'Photoshop 3.0\0'),
      jpegSegment(0xfe, 'a comment'),
    ];
    const essential = await expectSamePixels(Buffer.concat([withSegments(jpeg, ...segments), jpeg]));
    expect(essential.equals(jpeg)).toBe(true);
  });

  it('stray bytes before a marker, repeated fill bytes and a wrong length do no harm', async () => {
    const jpeg = await jpegOf();
    const short = Buffer.concat([jpegSegment(0xec, 'abc'), Buffer.from('longer than it says')]);
    const odd = withSegments(
      jpeg,
      short,
      Buffer.from([0xff, 0xff, 0xff]),
      jpegSegment(0xfe, 'x'),
      Buffer.from([1, 2, 3]),
    );
    expect((await expectSamePixels(odd)).equals(jpeg)).toBe(true);
  });

  it('its orientation alone goes on, whatever else its EXIF data holds', async () => {
    const exif = { IFD0: { Make: 'm'.repeat(3_000) } };
    const jpeg = await speckles.clone().withMetadata({ orientation: 6, exif }).jpeg().toBuffer();
    const { bytes, height, width } = essentialPicture(jpeg);
    expect([width, height]).toEqual([80, 120]);
    expect(markersOf(bytes)[0]).toBe('e1');
    expect(bytes.length).toBeLessThan(jpeg.length - 3_000);
  });

  it('a small colour profile goes on', async () => {
    const jpeg = await speckles.clone().withIccProfile('p3').jpeg().toBuffer();
    expect(markersOf(essentialPicture(jpeg).bytes)).toContain('e2');
  });

  it('hundreds of scans are refused', async () => {
    const jpeg = await speckles.clone().jpeg({ progressive: true }).toBuffer();
    // The last scan again and again: each costs a decoder a visit to every block.
    const last = jpeg.subarray(jpeg.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
    const many = Buffer.concat([jpeg.subarray(0, -2), ...Array.from({ length: 300 }, () => last), jpeg.subarray(-2)]);
    expect(() => essentialPicture(many)).toThrow(withCode('DT_PICTURE_FORMAT'));
    expect(() => essentialPicture(many)).toThrow('at most 32 scans');
  });

  it('two that are mixed into each other are refused', async () => {
    const jpeg = await jpegOf();
    const at = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    const mixed = Buffer.concat([jpeg.subarray(0, at), jpeg.subarray(2)]);
    expect(() => essentialPicture(mixed)).toThrow(withCode('DT_PICTURE_BROKEN'));
  });
});

describe('of a WebP', () => {
  it('EXIF, XMP, unknown chunks and what follows the end stay behind', async () => {
    const webp = await speckles.clone().withMetadata({ orientation: 6 }).webp().toBuffer();
    const grown = withRiffChunk(withRiffChunk(webp, 'XMP ', Buffer.alloc(5_001)), 'LONG', Buffer.alloc(90_000));
    const essential = await expectSamePixels(Buffer.concat([grown, Buffer.alloc(500)]));
    expect(riffTypes(essential)).toEqual(expect.arrayContaining(['VP8X', 'VP8 ', 'EXIF']));
    expect(riffTypes(essential)).not.toContain('LONG');
    expect(essential.length).toBeLessThan(webp.length);
  });

  it('frames of an animation after the first stay behind', async () => {
    const sharp = await loadSharp();
    const frames = paint(40, 40 * 50, (x, y) => [x * 5, y & 255, 90]);
    const animation = await sharp(frames, { raw: { width: 40, height: 2_000, channels: 3, pageHeight: 40 } })
      .webp({ loop: 0 })
      .toBuffer();
    expect(riffTypes(animation).filter((type) => type === 'ANMF').length).toBeGreaterThan(20);
    const essential = await expectSamePixels(animation);
    expect(riffTypes(essential).filter((type) => type === 'ANMF')).toHaveLength(1);
    expect(essentialPicture(animation)).toMatchObject({ width: 40, height: 40 });
  });

  it('a canvas that its picture does not fill is refused', async () => {
    const webp = await speckles.clone().ensureAlpha(0.5).webp().toBuffer();
    webp.writeUIntLE(16_000, 24, 3);
    expect(() => essentialPicture(webp)).toThrow(withCode('DT_PICTURE_BROKEN'));
  });
});
