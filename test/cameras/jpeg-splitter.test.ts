import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JpegSplitter } from '../../server/cameras/jpeg-splitter.js';
import { samplePhoto } from '../support/frames.js';

const photos = ['sample1.jpg', 'sample3.jpg', 'sample5.jpg'].map((name) => Buffer.from(samplePhoto(name)));

/** A picture with another one, its end marker included, as a thumbnail in an APP1 segment. */
function withThumbnail(picture: Buffer, thumbnail: Buffer): Buffer {
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(thumbnail.length + 2, 2);
  return Buffer.concat([picture.subarray(0, 2), head, thumbnail, picture.subarray(2)]);
}

/** The least that has a scan. */
const tiny = (...data: number[]) => Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 3, 1, ...data, 0xff, 0xd9]);

function splitAt(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const splitter = new JpegSplitter(2 ** 24);
  const borders = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
  return borders.slice(1).flatMap((end, i) => splitter.push(stream.subarray(borders[i], end)));
}

describe('pictures of a stream', () => {
  const thumbnailed = withThumbnail(photos[0]!, tiny(1, 2, 3));
  const pictures = [...photos, thumbnailed];

  test.each([
    ['one behind the other', () => Buffer.alloc(0)],
    ['as parts', (length: number) => Buffer.from(`\r\n--x\r\nContent-Length: ${length}\r\n\r\n`)],
    ['with FF before each', () => Buffer.from([0xff])],
  ])('come out as they went in, %s, however the stream is cut', (_name, before) => {
    const stream = Buffer.concat(pictures.flatMap((picture) => [before(picture.length), picture]));
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(stream.length), { maxLength: 30 }), (cuts) => {
        const found = splitAt(stream, cuts);
        expect(found.map(({ length }) => length)).toEqual(pictures.map(({ length }) => length));
        expect(found.every((picture, i) => picture.equals(pictures[i]!))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('byte by byte: stuffed FF, restart markers, fill bytes and a segment between two scans', () => {
    const picture = tiny(0xff, 0, 0xff, 0xd0, 0xff, 0xff, 0xff, 0xc4, 0, 4, 0xff, 0xd9, 0xff, 0xda, 0, 2, 7);
    const stream = Buffer.concat([picture, picture]);
    expect(splitAt(stream, Array.from(stream.keys()))).toEqual([picture, picture]);
  });

  test('a picture that breaks off is left out, and the next one is whole', () => {
    const splitter = new JpegSplitter(2 ** 24);
    const half = photos[0]!.subarray(0, photos[0]!.length / 2);
    const found = splitter.push(Buffer.concat([half, Buffer.from('\r\n--x\r\n\r\n'), photos[1]!]));
    expect([found.length, found[0]?.equals(photos[1]!)]).toEqual([1, true]);
    expect(splitter.broken).toBe(1);
  });

  test('start and end without a scan are no picture', () => {
    expect(new JpegSplitter(99).push(Buffer.from([0xff, 0xd8, 0xff, 0xd9, ...tiny()]))).toEqual([tiny()]);
  });

  test('a picture without end is not kept for ever, and the splitter goes on after it', () => {
    const splitter = new JpegSplitter(1000);
    const endless = () => splitter.push(Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(2000)]));
    expect(endless).toThrow(expect.objectContaining({ code: 'DT_WATCH_STREAM' }));
    expect(splitter.push(tiny(5))).toEqual([tiny(5)]);
  });
});
