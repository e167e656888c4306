import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JpegSplitter } from '../../server/cameras/jpeg-splitter.js';
import { samplePhoto } from '../support/frames.js';

describe('pictures of a stream', () => {
  const photos = ['sample1.jpg', 'sample3.jpg', 'sample5.jpg'].map((name) => Buffer.from(samplePhoto(name)));
  const stream = Buffer.concat(photos);

  test('come out as they went in, however they are cut', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(stream.length), { maxLength: 30 }), (cuts) => {
        const splitter = new JpegSplitter(2 ** 24);
        const borders = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const found = borders.slice(1).flatMap((end, i) => splitter.push(stream.subarray(borders[i], end)));
        expect(found.map(({ length }) => length)).toEqual(photos.map(({ length }) => length));
        expect(Buffer.concat(found).equals(stream)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('what lies between them is left out, and one without end is not waited for', () => {
    const splitter = new JpegSplitter(1000);
    expect(splitter.push(Buffer.from([1, 2, 0xff, 0xd8, 7, 0xff, 0xd9, 9, 0xff]))).toEqual([
      Buffer.from([0xff, 0xd8, 7, 0xff, 0xd9]),
    ]);
    expect(splitter.push(Buffer.from([0xd8, 5, 0xff, 0xd9]))).toEqual([Buffer.from([0xff, 0xd8, 5, 0xff, 0xd9])]);
    expect(() => splitter.push(Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(2000)]))).toThrow(
      expect.objectContaining({ code: 'DT_WATCH_STREAM' }),
    );
  });
});
