import { describe, expect, it } from 'vitest';
import { decodeCandidates } from '../../../server/heads/decode/decode-head.js';
import type { RegionFamily } from '../../../server/heads/head-family.js';

const CELLS = 2 * 3;

function head(options: Partial<RegionFamily> = {}): RegionFamily {
  const anchors = [
    [1, 2],
    [3, 4],
  ] as const;
  return { kind: 'region', output: 'map', height: 2, width: 3, classes: 2, isSoftmax: true, anchors, ...options };
}

function decodeRegion(data: Float32Array, family: RegionFamily, threshold: number) {
  const channels = family.anchors.length * (5 + family.classes);
  const outputs = new Map([['map', { shape: [1, channels, 2, 3], data }]]);
  return decodeCandidates(outputs, family, { width: 96, height: 64 }, threshold);
}

/** Raw output with nothing in it but one anchor of one cell. */
function outputWith({ anchors, classes }: RegionFamily, anchor: number, cell: number, entries: readonly number[]) {
  const perAnchor = 5 + classes;
  const output = new Float32Array(anchors.length * perAnchor * CELLS).fill(-20);
  for (const [entry, value] of entries.entries()) {
    output[(anchor * perAnchor + entry) * CELLS + cell] = value;
  }
  return output;
}

const logit = (probability: number) => Math.log(probability / (1 - probability));

describe('a region head', () => {
  it('places the box in its cell and scales its anchor', () => {
    const layer = head();
    // Second anchor, row 1, column 2.
    const [candidate, other, ...others] = decodeRegion(
      outputWith(layer, 1, 5, [logit(0.25), logit(0.5), Math.log(2), Math.log(0.5), logit(0.8), 1, 1]),
      layer,
      0.3,
    );
    expect(others).toEqual([]);
    expect(other).toEqual({ ...candidate, classIndex: 1 });
    expect(candidate!.box.cx).toBeCloseTo(2.25 / 3, 6);
    expect(candidate!.box.cy).toBeCloseTo(1.5 / 2, 6);
    expect(candidate!.box.width).toBeCloseTo((3 * 2) / 3, 6);
    expect(candidate!.box.height).toBeCloseTo((4 * 0.5) / 2, 6);
    expect(candidate!.score).toBeCloseTo(0.4, 6);
  });

  it.each([
    [true, [0, Math.log(3)], [0.25, 0.75]],
    [false, [logit(0.9), logit(0.6)], [0.9, 0.6]],
    [true, [1000, 1000 + Math.log(3)], [0.25, 0.75]],
  ])('turns class numbers into probabilities (softmax %s)', (isSoftmax, logits, probabilities) => {
    const layer = head({ isSoftmax });
    const candidates = decodeRegion(outputWith(layer, 0, 0, [0, 0, 0, 0, logit(0.8), ...logits]), layer, 0.1);
    for (const [index, probability] of probabilities.entries()) {
      expect(candidates[index]!.score).toBeCloseTo(0.8 * probability, 3);
    }
  });

  it('needs objectness and score above the threshold', () => {
    const layer = head();
    const output = outputWith(layer, 0, 0, [0, 0, 0, 0, logit(0.5), 0, Math.log(3)]);
    expect(decodeRegion(output, layer, 0.51)).toEqual([]);
    const [candidate, ...others] = decodeRegion(output, layer, 0.3);
    expect(candidate!.classIndex).toBe(1);
    expect(candidate!.score).toBeCloseTo(0.375, 6);
    expect(others).toEqual([]);
  });

  it('scores a head without classes by objectness', () => {
    const layer = head({ classes: 0 });
    const [candidate] = decodeRegion(outputWith(layer, 0, 3, [0, 0, 0, 0, logit(0.7)]), layer, 0.5);
    expect(candidate).toMatchObject({ classIndex: 0, score: expect.closeTo(0.7, 6) });
  });

  it('refuses an output of another size', () => {
    expect(() => decodeRegion(new Float32Array(10), head(), 0.5)).toThrow(
      expect.objectContaining({
        code: 'DT_HEAD_OUTPUT',
        message: expect.stringContaining('[1, 14, 2, 3] with 10 numbers'),
      }),
    );
  });

  it.each([4, 2])('refuses numbers that are not finite (entry %i)', (entry) => {
    const layer = head();
    const entries = [0, 0, 0, 0, 3, 0, 0];
    entries[entry] = Number.NaN;
    expect(() => decodeRegion(outputWith(layer, 0, 0, entries), layer, 0.5)).toThrow(
      expect.objectContaining({ code: 'DT_HEAD_OUTPUT' }),
    );
  });
});
