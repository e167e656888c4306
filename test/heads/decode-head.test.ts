import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyOutput, decodeCandidates, detectObjects } from '../../server/heads/decode/decode-head.js';
import type { HeadOutput, HeadOutputs } from '../../server/heads/head-output.js';
import { placePicture } from '../../server/heads/placement.js';
import { HEADS, headCases, outputsOf } from './random-heads.js';
import { type ReferenceBox, suppressed } from './reference-heads.js';

const seeds = fc.integer({ min: 1, max: 1 << 30 });
const thresholds = fc.constantFrom(0.05, 0.3, 0.7, 0.95);

/** Corners in pixels, class and score, in an order that does not depend on the decoder's. */
function sorted(boxes: readonly ReferenceBox[]): readonly (readonly number[])[] {
  return boxes
    .map(({ corners, classIndex, score }) => [classIndex, score, ...corners])
    .sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]! || a[2]! - b[2]!);
}

const hasExtent = ({ corners: [x1, y1, x2, y2] }: ReferenceBox) => x2 >= x1 && y2 >= y1;

function expectSame(found: readonly ReferenceBox[], expected: readonly ReferenceBox[]): void {
  const [actual, wanted] = [sorted(found), sorted(expected)];
  expect(actual.length).toBe(wanted.length);
  for (const [index, row] of actual.entries()) {
    for (const [column, value] of row.entries()) {
      const other = wanted[index]![column]!;
      expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(other)));
    }
  }
}

describe.each(Object.keys(HEADS))('%s', (name) => {
  it('gives the boxes that plain arithmetic gives, on random outputs', () => {
    fc.assert(
      fc.property(headCases(name), seeds, thresholds, ({ family, input, plans, reference }, seed, threshold) => {
        const outputs = outputsOf(plans, seed);
        const found = decodeCandidates(outputs, family, input, threshold).map(({ box, classIndex, score }) => ({
          corners: [
            (box.cx - box.width / 2) * input.width,
            (box.cy - box.height / 2) * input.height,
            (box.cx + box.width / 2) * input.width,
            (box.cy + box.height / 2) * input.height,
          ] as const,
          ...{ classIndex, score },
        }));
        expectSame(
          found,
          reference(outputs, family, input).filter((box) => box.score > threshold && hasExtent(box)),
        );
      }),
      { numRuns: 25 },
    );
  });

  const [first] = fc.sample(headCases(name), { numRuns: 1, seed: 7 });
  const { family, input, plans } = first!;

  it.each(plans.map((plan) => plan.name))('refuses a missing, misshapen or broken %s', (output) => {
    const outputs = outputsOf(plans, 1);
    const { data, shape } = outputs.get(output)!;
    const broken: readonly (HeadOutput | undefined)[] = [
      undefined,
      { shape: shape.slice(1), data },
      { shape: [...shape.slice(0, -1), shape.at(-1)! + 1], data },
      { shape: [2, ...shape.slice(1)], data },
      { shape, data: data.subarray(1) as HeadOutput['data'] },
      { shape, data: new Float32Array(data.length).fill(Number.NaN, 0, 1) },
      {
        shape,
        data: new Float32Array(data.length).fill(Number.POSITIVE_INFINITY, -1),
      },
    ];
    for (const replacement of broken) {
      const others: HeadOutputs = new Map(
        [...outputs].flatMap(([key, value]) =>
          key !== output ? [[key, value]] : replacement ? [[key, replacement]] : [],
        ),
      );
      // A list may have any number of rows.
      if (replacement?.shape[0] === 2 && family.kind === 'yolo-nas') continue;
      expect(() => decodeCandidates(others, family, input, 0.5), JSON.stringify(replacement?.shape)).toThrow(
        expect.objectContaining({ code: 'DT_HEAD_OUTPUT' }),
      );
    }
  });
});

describe('detectObjects', () => {
  it.each(['yolov8', 'yolox', 'nanodet, one output'])('suppresses and places %s as torchvision would', (name) => {
    const pictures = fc.tuple(fc.integer({ min: 20, max: 900 }), fc.integer({ min: 20, max: 900 }));
    const anchors = fc.constantFrom('centre' as const, 'top-left' as const, 'stretch' as const);
    fc.assert(
      fc.property(headCases(name), seeds, pictures, anchors, (head, seed, [width, height], anchor) => {
        const { family, input, plans, reference } = head;
        const outputs = outputsOf(plans, seed);
        const placement = placePicture(width, height, { channels: 3, ...input }, anchor);
        const labels = ['a', 'b'];
        const found = detectObjects(outputs, { family, labels }, placement, { threshold: 0.6, nms: 0.45 });
        const kept = suppressed(
          reference(outputs, family, input).filter((box) => box.score > 0.6 && hasExtent(box)),
          0.45,
        );
        const toPicture = (x: number, y: number) => [
          ((x - placement.left) * width) / placement.scaledWidth,
          ((y - placement.top) * height) / placement.scaledHeight,
        ];
        expectSame(
          found.map(({ box: { cx, cy, width: w, height: h }, classIndex, score }) => ({
            corners: [(cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height],
            ...{ classIndex, score },
          })),
          kept.map(({ corners: [x1, y1, x2, y2], ...rest }) => {
            const corners = [...toPicture(x1, y1), ...toPicture(x2, y2)] as unknown as ReferenceBox['corners'];
            return { corners, ...rest };
          }),
        );
        for (const { classIndex, label } of found) expect(label).toBe(labels[classIndex] ?? `class ${classIndex}`);
        expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).sort((a, b) => b - a));
      }),
      { numRuns: 25 },
    );
  });

  const input = { width: 64, height: 64 };
  const placement = placePicture(64, 64, { channels: 3, ...input }, 'stretch');
  const limits = { threshold: 0.3, nms: 0.5 };

  it('keeps overlapping boxes of a list, whose graph suppresses by itself', () => {
    const row = [10, 10, 30, 30, 0.9, 1];
    const outputs: HeadOutputs = new Map([['o', { shape: [1, 2, 6], data: Float32Array.from([...row, ...row]) }]]);
    const head = { family: { kind: 'end-to-end', output: 'o' }, labels: [] } as const;
    expect(detectObjects(outputs, head, placement, limits)).toHaveLength(2);
  });

  it.each([[0.5], [-1]])('refuses class %d', (classIndex) => {
    const data = Float32Array.of(10, 10, 30, 30, 0.9, classIndex);
    const outputs: HeadOutputs = new Map([['o', { shape: [1, 1, 6], data }]]);
    const head = { family: { kind: 'end-to-end', output: 'o' }, labels: [] } as const;
    expect(() => detectObjects(outputs, head, placement, limits)).toThrow(
      expect.objectContaining({ code: 'DT_HEAD_OUTPUT' }),
    );
  });

  it('refuses boxes whose extents overflow', () => {
    const family = { kind: 'yolox', output: 'o', rows: 84, classes: 1, strides: [8, 16, 32] } as const;
    const outputs: HeadOutputs = new Map([['o', { shape: [1, 84, 6], data: new Float32Array(84 * 6).fill(1e3) }]]);
    expect(() => detectObjects(outputs, { family, labels: [] }, placement, limits)).toThrow(/overflow/);
  });

  it('compares a bounded number of boxes, those of the highest scores', () => {
    const rows = 100_000;
    const family = { kind: 'yolov8', output: 'o', rows, channels: 5, classes: 1 } as const;
    const data = new Float32Array(5 * rows).fill(1);
    for (let row = 0; row < rows; row++) {
      data[row] = row * 10;
      data[4 * rows + row] = 0.5 + row / (4 * rows);
    }
    const outputs: HeadOutputs = new Map([['o', { shape: [1, 5, rows], data }]]);
    const found = detectObjects(outputs, { family, labels: [] }, placement, limits);
    expect(found).toHaveLength(4096);
    expect(found[0]!.score).toBeCloseTo(0.75, 4);
    expect(found.at(-1)!.score).toBeGreaterThan(0.73);
  });
});

describe('classifyOutput', () => {
  const family = { kind: 'classifier', output: 'o', shape: [1, 3, 1, 1], classes: 3 } as const;
  const classify = (...numbers: number[]) => {
    const outputs: HeadOutputs = new Map([['o', { shape: [1, 3, 1, 1], data: Float32Array.from(numbers) }]]);
    return classifyOutput(outputs, { family, labels: ['a', 'b', 'c'] });
  };

  it('takes probabilities as they are', () => {
    const found = classify(0.2, 0.7, 0.1);
    expect(found.map(({ label }) => label)).toEqual(['b', 'a', 'c']);
    expect(found[0]!.score).toBeCloseTo(0.7, 6);
  });

  it('makes probabilities of logits', () => {
    const [best, second] = classify(Math.log(2), 0, Math.log(5));
    expect(best).toMatchObject({ label: 'c', score: expect.closeTo(5 / 8, 6) });
    expect(second).toMatchObject({ label: 'a', score: expect.closeTo(2 / 8, 6) });
  });

  it('refuses numbers that are not finite', () => {
    expect(() => classify(Number.NaN, 0, 0)).toThrow(expect.objectContaining({ code: 'DT_HEAD_OUTPUT' }));
  });
});
