import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { letterboxPicture } from '../../server/imaging/letterbox.js';
import { inspectPicture } from '../../server/imaging/picture-header.js';
import { SAMPLE_PHOTOS, samplePhotoPath } from '../../server/imaging/sample-photos.js';
import { jpegSegment, withSegments } from './picture-parts.js';
import { withCode } from './pictures.js';
import { codedStart, cutAndEnded, JPEG_END, samplePicture } from './sample-pictures.js';

const LIMITS = { pictureBytes: 20 * 2 ** 20, pictureMegapixels: 50 };
/** Written by cjpeg (libjpeg-turbo) of sample1.jpg, since sharp writes no such JPEGs. */
const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));

const inspect = (bytes: Buffer) => inspectPicture(bytes, LIMITS);
const expectBroken = (bytes: Buffer, what: string) =>
  expect(inspect(bytes), what).rejects.toThrow(withCode('DT_PICTURE_BROKEN'));

const photo = (name?: string) => samplePicture(480, name);
/** Every way in which a JPEG may be coded. */
const JPEGS: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['baseline 4:2:0', await photo().jpeg({ optimiseCoding: false }).toBuffer()],
  ['baseline 4:4:4 with tables of its own', await photo().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
  ['grey', await photo().toColourspace('b-w').jpeg().toBuffer()],
  ['CMYK', await photo().toColourspace('cmyk').jpeg().toBuffer()],
  ['progressive', await photo().jpeg({ progressive: true }).toBuffer()],
  ['progressive by mozjpeg', await photo().jpeg({ mozjpeg: true }).toBuffer()],
  ['progressive CMYK', await photo().toColourspace('cmyk').jpeg({ progressive: true }).toBuffer()],
  ['with restart markers', fixture('restart-markers.jpg')],
  ['arithmetic', fixture('arithmetic.jpg')],
  ['arithmetic, progressive', fixture('arithmetic-progressive.jpg')],
];
const BASELINE = JPEGS[0]![1];

describe('a whole JPEG is taken', () => {
  it.each(JPEGS)('%s', async (_, bytes) => {
    expect(await inspect(bytes)).toMatchObject({ mediaType: 'image/jpeg' });
  });

  it('of a camera', async () => {
    for (let number = 1; number <= SAMPLE_PHOTOS; number++) {
      await inspect(readFileSync(samplePhotoPath(`sample${number}.jpg`)));
    }
  });

  it.each([
    [1, 1],
    [7, 9],
    [16, 17],
    [33, 250],
  ])('of %d x %d pixels', async (width, height) => {
    for (const progressive of [false, true]) {
      await inspect(await photo().resize({ width, height, fit: 'fill' }).jpeg({ progressive }).toBuffer());
    }
  });

  it('of one colour, which is coded as zeros', async () => {
    for (const progressive of [false, true]) {
      const blank = photo().linear(0, 0).resize({ width: 1_600, height: 1_200, fit: 'fill' });
      await inspect(await blank.jpeg({ progressive }).toBuffer());
    }
  });

  it.each([
    ['something behind its end', Buffer.concat([BASELINE, Buffer.from('\r\n--boundary')])],
    ['padding before its end', Buffer.concat([BASELINE.subarray(0, -2), Buffer.alloc(900), JPEG_END])],
    ['some stray bytes before its end', Buffer.concat([BASELINE.subarray(0, -2), Buffer.from('stray'), JPEG_END])],
    ['stray bytes between its segments', withSegments(BASELINE, jpegSegment(0xfe, 'x'), Buffer.from('stray'))],
    ['no tables, as webcams send them', withoutTables(BASELINE)],
  ])('with %s', async (_, bytes) => {
    expect(await inspect(bytes)).toMatchObject({ width: 480 });
  });

  it('with a flipped bit, whichever, but for some that break the coding', async () => {
    const start = codedStart(BASELINE);
    let taken = 0;
    for (let at = 0; at < 100; at++) {
      const flipped = Buffer.from(BASELINE);
      flipped[start + Math.floor((at / 100) * (BASELINE.length - start - 2))]! ^= 1 << (at % 8);
      taken += await inspect(flipped).then(
        () => 1,
        () => 0,
      );
    }
    expect(taken).toBeGreaterThan(90);
  });
});

describe('half a JPEG is refused, though it has an end', () => {
  it.each(JPEGS)('%s, wherever it was cut', async (_, bytes) => {
    for (const share of [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9])
      await expectBroken(cutAndEnded(bytes, share), `at ${share}`);
  });

  it('to the last row of blocks', async () => {
    // The last of 20 rows has a twentieth of the data.
    for (const share of [0.95, 0.97, 0.98]) await expectBroken(cutAndEnded(BASELINE, share), `at ${share}`);
  });

  it.each(JPEGS.slice(0, 8))('%s, with a hole of zeros', async (_, bytes) => {
    const start = codedStart(bytes);
    for (const share of [0.1, 0.3, 0.5, 0.7]) {
      const holed = Buffer.from(bytes);
      const at = start + Math.floor(share * (bytes.length - start));
      holed.fill(0, at, at + 2_048);
      await expectBroken(holed, `at ${share}`);
    }
  });

  it('of two pictures that were mixed', async () => {
    const others = [await photo('sample2.jpg'), await photo('sample4.jpg')];
    for (const other of others) {
      const second = await other
        .resize({ width: 480, height: 320, fit: 'fill' })
        .jpeg({ optimiseCoding: false })
        .toBuffer();
      for (const share of [0.2, 0.5, 0.8]) {
        const at = Math.floor(share * Math.min(BASELINE.length, second.length));
        await expectBroken(Buffer.concat([BASELINE.subarray(0, at), second.subarray(at)]), `first, at ${share}`);
        await expectBroken(Buffer.concat([second.subarray(0, at), BASELINE.subarray(at)]), `second, at ${share}`);
      }
    }
  });

  it('without one of its restart intervals', async () => {
    const bytes = fixture('restart-markers.jpg');
    const marker = (number: number) => bytes.indexOf(Buffer.from([0xff, 0xd0 + number]), codedStart(bytes));
    await expectBroken(Buffer.concat([bytes.subarray(0, marker(2)), bytes.subarray(marker(3))]), 'one lost');
    await expectBroken(Buffer.concat([bytes.subarray(0, marker(2)), bytes.subarray(marker(6))]), 'four lost');
    const swapped = Buffer.from(bytes);
    swapped[marker(3) + 1] = 0xd1;
    await expectBroken(swapped, 'out of order');
  });

  it('without its last scans, or those of a colour', async () => {
    const bytes = JPEGS[4]![1];
    const scans: number[] = [];
    for (let at = bytes.indexOf('\xff\xda', 0, 'latin1'); at !== -1; at = bytes.indexOf('\xff\xda', at + 2, 'latin1')) {
      scans.push(at);
    }
    expect(scans.length).toBeGreaterThan(5);
    for (const end of scans.slice(1)) {
      await expectBroken(Buffer.concat([bytes.subarray(0, end), JPEG_END]), `at ${end}`);
    }
  });
});

describe('half a PNG or WebP is refused, though its sizes fit', () => {
  const second = () => photo('sample2.jpg').resize({ width: 480, height: 320, fit: 'fill' });

  it.each([
    ['PNG', {}],
    ['interlaced PNG', { progressive: true }],
  ])('%s', async (_, options) => {
    const bytes = await photo().png(options).toBuffer();
    await inspect(bytes);
    await expectBroken(holed(bytes, 0.5), 'hole');
    await expectBroken(mixed(bytes, await second().png(options).toBuffer()), 'two pictures');
  });

  type Encode = (picture: ReturnType<typeof photo>) => Promise<Buffer>;

  it.each<[string, Encode]>([
    ['WebP', (picture) => picture.webp().toBuffer()],
    ['lossless WebP', (picture) => picture.webp({ lossless: true }).toBuffer()],
    ['WebP in the extended format', (picture) => picture.withIccProfile('p3').webp().toBuffer()],
  ])('%s', async (_, encode) => {
    const bytes = await encode(photo());
    await inspect(bytes);
    for (const share of [0.3, 0.6]) await expectTrouble(holed(bytes, share), `hole at ${share}`);
    await expectTrouble(mixed(bytes, await encode(second())), 'two pictures');
    const cut = bytes.subarray(0, bytes.length / 2 - ((bytes.length / 2) % 2));
    await expectTrouble(withRiffSizes(cut), 'cut');
  });

  it.each([
    ['of one colour', photo().linear(0, 0)],
    ['with alpha', photo().ensureAlpha(0.5)],
    ['of one pixel', photo().resize(1, 1)],
  ])('and a whole WebP %s is taken', async (_, picture) => {
    for (const lossless of [false, true]) await inspect(await picture.clone().webp({ lossless }).toBuffer());
  });
});

function holed(bytes: Buffer, share: number): Buffer {
  const holed = Buffer.from(bytes);
  const at = Math.floor(share * bytes.length);
  return holed.fill(0, at, at + 1_024);
}

/** The first half of one, the rest of the other. */
function mixed(first: Buffer, second: Buffer): Buffer {
  const at = Math.floor(Math.min(first.length, second.length) / 2);
  return Buffer.concat([first.subarray(0, at), second.subarray(at)]);
}

/** By inspection, or at the latest by decoding, before a frame is allotted. */
async function expectTrouble(bytes: Buffer, what: string): Promise<void> {
  const network = { input: { channels: 3, width: 64, height: 64 }, preprocessing: BLACK };
  const reading = inspect(bytes).then(() => letterboxPicture(bytes, network));
  await expect(reading, what).rejects.toThrow(withCode('DT_PICTURE_BROKEN'));
}

const BLACK = { anchor: 'centre', fill: [0, 0, 0] } as const;

/** A WebP that was cut, with sizes that fit what is left. */
function withRiffSizes(cut: Buffer): Buffer {
  const fixed = Buffer.from(cut);
  fixed.writeUInt32LE(fixed.length - 8, 4);
  for (let at = 12; at < fixed.length; ) {
    const length = Math.min(fixed.readUInt32LE(at + 4), fixed.length - at - 8);
    fixed.writeUInt32LE(length, at + 4);
    at += 8 + length + (length & 1);
  }
  return fixed;
}

/** Without its Huffman tables, which are the typical ones. */
function withoutTables(jpeg: Buffer): Buffer {
  const parts = [jpeg.subarray(0, 2)];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (jpeg[at + 1] !== 0xc4) parts.push(jpeg.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...parts, jpeg.subarray(at)]);
}
