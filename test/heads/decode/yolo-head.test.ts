import { describe, expect, it } from 'vitest';
import { decodeCandidates, detectObjects } from '../../../server/heads/decode/decode-head.js';
import type { YoloFamily, YoloLevel } from '../../../server/heads/head-family.js';
import type { HeadOutputs } from '../../../server/heads/head-output.js';
import { placePicture } from '../../../server/heads/placement.js';
import { seededRandom } from '../../../server/model/seeded-random.js';
import { type DarknetBox, darknetBoxes, darknetNms } from './reference-darknet.js';

const INPUT = { width: 96, height: 64 };
const CLASSES = 3;
const ANCHORS = [
  [10, 14],
  [30, 22],
  [60, 80],
] as const;

function levelOf(output: string, stride: number, options: Partial<YoloLevel> = {}): YoloLevel {
  const [height, width] = [INPUT.height / stride, INPUT.width / stride];
  return { output, height, width, anchors: ANCHORS, scaleXY: 1, hasNewCoords: false, ...options };
}

function familyOf(levels: readonly YoloLevel[], distanceExponent: number | null = null): YoloFamily {
  return { kind: 'yolo', classes: CLASSES, levels, distanceExponent };
}

/** Random logits, or with new coordinates numbers from 0 to 1. */
function randomOutputs({ levels }: YoloFamily, seed: number): HeadOutputs {
  const random = seededRandom(seed);
  return new Map(
    levels.map(({ anchors, hasNewCoords, hasUncertainties, height, output, width }) => {
      const shape = [1, anchors.length * ((hasUncertainties ? 9 : 5) + CLASSES), height, width];
      const count = shape.reduce((product, size) => product * size);
      const data = Float32Array.from({ length: count }, () => (hasNewCoords ? random() : 6 * random() - 3));
      return [output, { shape, data }] as const;
    }),
  );
}

const families: readonly (readonly [string, YoloFamily])[] = [
  ['YOLOv3: two levels', familyOf([levelOf('coarse', 32), levelOf('fine', 16)])],
  [
    'YOLOv4: centres beyond their cells',
    familyOf([levelOf('a', 8, { scaleXY: 1.2 }), levelOf('b', 16, { scaleXY: 1.05 })]),
  ],
  ['scaled YOLOv4: new coordinates', familyOf([levelOf('a', 16, { scaleXY: 2, hasNewCoords: true })])],
  [
    'Gaussian YOLOv3: uncertainties',
    familyOf([levelOf('a', 16, { hasUncertainties: true }), levelOf('b', 8, { scaleXY: 1.1, hasUncertainties: true })]),
  ],
  ['some of the anchors', familyOf([levelOf('a', 16, { anchors: ANCHORS.slice(1) })])],
];

describe('heads of YOLOv3 and later', () => {
  it.each(families)('%s: decoded as Darknet’s program does it', (_name, family) => {
    for (const seed of [1, 2, 3]) {
      const outputs = randomOutputs(family, seed);
      const wanted = darknetBoxes(outputs, family, INPUT, 0.3);
      const found = decodeCandidates(outputs, family, INPUT, 0.3);
      expect(wanted.length).toBeGreaterThan(5);
      expect(found.map(({ classIndex }) => classIndex)).toEqual(wanted.map(({ classIndex }) => classIndex));
      for (const [i, { box, score }] of found.entries()) {
        const { h, prob, w, x, y } = wanted[i]!;
        const differences = [box.cx - x, box.cy - y, box.width - w, box.height - h, score - prob];
        expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-6);
      }
    }
  });

  it.each([null, 0.6, 0.3])('NMS as Darknet’s (exponent %s)', (exponent) => {
    const family = familyOf([levelOf('a', 8, { scaleXY: 1.2 })], exponent);
    const outputs = randomOutputs(family, 7);
    const wanted = darknetNms(darknetBoxes(outputs, family, INPUT, 0.25), 0.3, exponent);
    const placement = placePicture(INPUT.width, INPUT.height, { channels: 3, ...INPUT }, 'centre');
    const labels = ['a', 'b', 'c'];
    const found = detectObjects(outputs, { family, labels }, placement, { threshold: 0.25, nms: 0.3 });
    const keys = (boxes: readonly DarknetBox[]) =>
      boxes.map(({ classIndex, w, x, y }) => [classIndex, x.toFixed(4), y.toFixed(4), w.toFixed(4)].join()).sort();
    const asBoxes = found.map(({ box, classIndex, score }) => ({
      ...{ x: box.cx, y: box.cy, w: box.width, h: box.height },
      ...{ classIndex, prob: score },
    }));
    expect(keys(asBoxes)).toEqual(keys(wanted));
    expect(wanted.length).toBeLessThan(darknetBoxes(outputs, family, INPUT, 0.25).length);
  });

  it('keeps by distance what goes by intersection over union alone', () => {
    const family = familyOf([levelOf('a', 8, { scaleXY: 1.2 })]);
    const boxes = darknetBoxes(randomOutputs(family, 7), family, INPUT, 0.25);
    expect(darknetNms(boxes, 0.3, 0.6).length).toBeGreaterThan(darknetNms(boxes, 0.3, null).length);
  });

  it('refuses an output of another size, and numbers that are not finite', () => {
    const family = familyOf([levelOf('a', 32)]);
    const outputs = randomOutputs(family, 1);
    const wrong = new Map([['a', { shape: [1, 24, 2, 2], data: new Float32Array(96) }]]);
    expect(() => decodeCandidates(wrong, family, INPUT, 0.5)).toThrow(
      expect.objectContaining({ code: 'DT_HEAD_OUTPUT', message: expect.stringContaining('[1, 24, 2, 3]') }),
    );
    outputs.get('a')!.data[3] = Number.NaN;
    expect(() => decodeCandidates(outputs, family, INPUT, 0.5)).toThrow(
      expect.objectContaining({ code: 'DT_HEAD_OUTPUT' }),
    );
  });
});
