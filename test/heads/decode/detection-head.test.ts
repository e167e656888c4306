import { describe, expect, it } from 'vitest';
import { decodeCandidates } from '../../../server/heads/decode/decode-head.js';
import type { DetectionFamily } from '../../../server/heads/head-family.js';
import { seededRandom } from '../../../server/model/seeded-random.js';
import { firstYoloBoxes } from './reference-darknet.js';

const [SIDE, BOXES, CLASSES] = [4, 2, 3];
const COUNT = SIDE * SIDE * (CLASSES + 5 * BOXES);

const familyOf = (options: Partial<DetectionFamily>): DetectionFamily => ({
  ...{ kind: 'detection', output: 'a', shape: [1, COUNT, 1, 1], side: SIDE, boxes: BOXES, classes: CLASSES },
  ...{ isSoftmax: false, areRoots: true },
  ...options,
});

describe('the head of the first YOLO', () => {
  it.each([
    ['sizes as square roots', {}],
    ['sizes as they are, probabilities by softmax', { areRoots: false, isSoftmax: true }],
    ['a map in place of a list', { shape: [1, CLASSES + 5 * BOXES, SIDE, SIDE] }],
  ])('%s: decoded as Darknet’s program does it', (_name, options) => {
    const family = familyOf(options);
    const random = seededRandom(3);
    const data = Float32Array.from({ length: COUNT }, random);
    const outputs = new Map([['a', { shape: family.shape, data }]]);
    const found = decodeCandidates(outputs, family, { width: 96, height: 64 }, 0.2);
    const wanted = firstYoloBoxes([...data], family, 0.2);
    expect(wanted.length).toBeGreaterThan(10);
    expect(wanted.length).toBeLessThan(SIDE * SIDE * BOXES * CLASSES);
    expect(found.map(({ classIndex }) => classIndex)).toEqual(wanted.map(({ classIndex }) => classIndex));
    for (const [i, { box, score }] of found.entries()) {
      const { h, prob, w, x, y } = wanted[i]!;
      const differences = [box.cx - x, box.cy - y, box.width - w, box.height - h, score - prob];
      expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-6);
    }
  });
});
