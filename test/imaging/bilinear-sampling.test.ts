import { describe, expect, it } from 'vitest';
import { bilinearSampler } from '../../server/imaging/bilinear-sampling.js';
import { paint, type Rgb } from './pictures.js';

function resize(
  [width, height]: readonly [number, number],
  [scaledWidth, scaledHeight]: readonly [number, number],
  colourAt: (x: number, y: number) => Rgb,
) {
  const data = new Uint8Array(3 * scaledWidth * scaledHeight);
  const target = { data, width: scaledWidth, height: scaledHeight, left: 0, top: 0, scaledWidth, scaledHeight };
  bilinearSampler({ data: paint(width, height, colourAt), width, height }, target)(0, scaledHeight);
  return data;
}

describe('bilinearSampler', () => {
  it('copies a picture of the same size, by planes', () => {
    const data = resize([5, 3], [5, 3], (x, y) => [x, 10 * y, 100 + x + y]);
    expect([...data.subarray(0, 5)]).toEqual([0, 1, 2, 3, 4]);
    expect([...data.subarray(15 + 5, 15 + 10)]).toEqual([10, 10, 10, 10, 10]);
    expect(data[30 + 14]).toBe(106);
  });

  it('maps corner to corner, whether it shrinks or enlarges', () => {
    for (const size of [2, 3, 7, 50]) {
      const data = resize([9, 9], [size, size], (x, y) => [x * 20, y * 20, 0]);
      const last = size * size - 1;
      expect([data[0], data[last], data[size - 1], data[last + 1], data[2 * last + 1]]).toEqual([0, 160, 160, 0, 160]);
    }
  });

  it('interpolates between two pixels and skips the rest', () => {
    // Output 1 of 0..3 looks at 1 * 10 / 3 = 3.33 of the input: a third of pixel 4, two of pixel 3.
    const levels = [0, 255, 255, 30, 60, 255, 255, 255, 255, 255, 90];
    const data = resize([11, 1], [4, 1], (x) => [levels[x]!, 0, 0]);
    expect([...data.subarray(0, 4)]).toEqual([0, 40, 255, 90]);
  });

  it('rounds to the nearest level', () => {
    expect(resize([2, 1], [4, 1], (x) => [x * 2, x * 4, x * 255]).subarray(0, 12)).toEqual(
      Uint8Array.of(0, 1, 1, 2, 0, 1, 3, 4, 0, 85, 170, 255),
    );
  });

  it.each([
    [
      [1, 1],
      [3, 2],
    ],
    [
      [4, 4],
      [1, 1],
    ],
    [
      [1, 7],
      [2, 1],
    ],
  ] as const)('reads within %j when it makes %j of it', (from, to) => {
    expect([...resize(from, to, () => [50, 60, 70])]).toEqual(
      [50, 60, 70].flatMap((level) => Array(to[0] * to[1]).fill(level)),
    );
  });

  it('writes nothing but the rows and columns it was given', () => {
    const data = new Uint8Array(3 * 6 * 5).fill(9);
    const target = { data, width: 6, height: 5, left: 2, top: 1, scaledWidth: 3, scaledHeight: 3 };
    const sample = bilinearSampler({ data: paint(3, 3, () => [1, 2, 3]), width: 3, height: 3 }, target);
    sample(1, 2);
    const written = [...data.entries()].filter(([, level]) => level !== 9).map(([at]) => at);
    expect(written).toEqual([0, 30, 60].flatMap((plane) => [2, 3, 4].map((x) => plane + 2 * 6 + x)));
  });
});
