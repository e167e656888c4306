import { describe, expect, it } from 'vitest';
import { type Box, intersectionOverUnion } from '../../server/heads/box.js';
import { suppressNonMaxima } from '../../server/heads/nms.js';

const box = (cx: number, cy = 0.5, width = 0.2, height = 0.2): Box => ({ cx, cy, width, height });
const candidate = (cx: number, score: number, classIndex = 0) => ({ box: box(cx), classIndex, score });

describe('intersectionOverUnion', () => {
  it.each([
    ['itself', box(0.5), 1],
    ['half beside it', box(0.6), 1 / 3],
    ['touching it', box(0.7), 0],
    ['elsewhere', box(0.9), 0],
    ['inside it', box(0.5, 0.5, 0.1, 0.1), 0.25],
    ['without area', box(0.5, 0.5, 0, 0), 0],
  ])('of a box and one %s', (_, other, expected) => {
    expect(intersectionOverUnion(box(0.5), other)).toBeCloseTo(expected, 9);
    expect(intersectionOverUnion(other, box(0.5))).toBeCloseTo(expected, 9);
  });
});

describe('suppressNonMaxima', () => {
  const kept = (candidates: readonly ReturnType<typeof candidate>[], limit = 0.3) =>
    suppressNonMaxima(candidates, limit).map(({ box: { cx }, classIndex }) => [cx, classIndex]);

  it.each([
    ['nothing', [], []],
    ['the better of two that overlap', [candidate(0.5, 0.6), candidate(0.52, 0.9)], [[0.52, 0]]],
    [
      'both where they overlap too little',
      [candidate(0.5, 0.6), candidate(0.65, 0.9)],
      [
        [0.65, 0],
        [0.5, 0],
      ],
    ],
    ['the first of equals', [candidate(0.5, 0.6), candidate(0.51, 0.6)], [[0.5, 0]]],
    [
      'overlapping boxes of different classes',
      [candidate(0.5, 0.6), candidate(0.5, 0.7, 1)],
      [
        [0.5, 0],
        [0.5, 1],
      ],
    ],
    [
      'one box for two classes',
      [candidate(0.5, 0.6), candidate(0.5, 0.5, 1)],
      [
        [0.5, 0],
        [0.5, 1],
      ],
    ],
    [
      'a box that only a suppressed one covers',
      [candidate(0.5, 0.9), candidate(0.58, 0.8), candidate(0.66, 0.7)],
      [
        [0.5, 0],
        [0.66, 0],
      ],
    ],
  ])('keeps %s', (_, candidates, expected) => {
    expect(kept(candidates)).toEqual(expected);
  });

  it('suppresses above the limit only', () => {
    const pair = [candidate(0.5, 0.9), candidate(0.6, 0.8)];
    expect(kept(pair, 0.33)).toHaveLength(1);
    expect(kept(pair, 0.34)).toHaveLength(2);
  });
});
