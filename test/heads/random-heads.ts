import fc from 'fast-check';
import type { DetectorFamily, HeadFamily } from '../../server/heads/head-family.js';
import type { HeadOutput, HeadOutputs, InputExtent } from '../../server/heads/head-output.js';
import { rowCount } from '../../server/heads/row-counts.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import * as reference from './reference-heads.js';

/** Numbers of one output: each entry of the last axis (or of `axis`) has a range of its own. */
export interface OutputPlan {
  readonly name: string;
  readonly type?: 'int64';
  readonly shape: readonly number[];
  readonly value: (random: () => number, index: number) => number;
}

/** A head with the outputs that it may have. */
export interface HeadCase<Family extends HeadFamily = DetectorFamily> {
  readonly input: InputExtent;
  readonly family: Family;
  readonly plans: readonly OutputPlan[];
  readonly reference: reference.Reference<Family>;
}

export function outputsOf(plans: readonly OutputPlan[], seed: number): HeadOutputs {
  const random = seededRandom(seed);
  return new Map(
    plans.map(({ name, shape, type, value }): [string, HeadOutput] => {
      const length = shape.reduce((product, extent) => product * extent, 1);
      const data = Float32Array.from({ length }, (_, index) => value(random, index));
      return [name, { shape, data: type === 'int64' ? BigInt64Array.from(data, (n) => BigInt(Math.round(n))) : data }];
    }),
  );
}

const unit = (random: () => number) => random();
const around = (random: () => number) => 6 * random() - 3;
const whole = (below: number) => (random: () => number) => Math.floor(random() * below);

/** Rows of numbers: the first ones are given by their ranges, the rest are scores. */
function columns(
  ranges: readonly ((random: () => number) => number)[],
  rest: (random: () => number) => number,
  width: number,
) {
  return (random: () => number, index: number) => (ranges[index % width] ?? rest)(random);
}

const pixels = (extent: number) => (random: () => number) => extent * (1.2 * random() - 0.1);

type Maker = (
  input: InputExtent,
  classes: number,
) => Pick<HeadCase, 'family' | 'plans'> & { readonly reference: unknown };

const STRIDES = [8, 16, 32];

export const HEADS: Readonly<Record<string, Maker>> = {
  yolox: (input, classes) => {
    const rows = rowCount(input, STRIDES);
    const value = columns([around, around, around, around], unit, 5 + classes);
    return {
      family: { kind: 'yolox', output: 'output', rows, classes, strides: STRIDES },
      plans: [{ name: 'output', shape: [1, rows, 5 + classes], value }],
      reference: reference.yolox,
    };
  },
  yolov5: (input, classes) => {
    const [rows, channels] = [3 * rowCount(input, STRIDES), 5 + classes];
    const value = columns([pixels(input.width), pixels(input.height), pixels(99), pixels(99)], unit, channels);
    return {
      family: { kind: 'yolov5', output: 'output', rows, channels, classes },
      plans: [{ name: 'output', shape: [1, rows, channels], value }],
      reference: reference.yolov5,
    };
  },
  yolov8: (input, classes) => {
    const [rows, channels] = [rowCount(input, STRIDES), 4 + classes + 3];
    return {
      family: { kind: 'yolov8', output: 'output0', rows, channels, classes },
      plans: [
        {
          name: 'output0',
          shape: [1, channels, rows],
          value: (random, index) => (index < 4 * rows ? 200 * random() : random()),
        },
      ],
      reference: reference.yolov8,
    };
  },
  'end-to-end': (input, classes) => ({
    family: { kind: 'end-to-end', output: 'output0' },
    plans: [
      {
        name: 'output0',
        shape: [1, 40, 6],
        value: columns([...Array(4).fill(pixels(input.width)), unit, whole(classes)], unit, 6),
      },
    ],
    reference: reference.endToEnd,
  }),
  'yolo-nas': (input, classes) => ({
    family: { kind: 'yolo-nas', output: 'graph2_flat_predictions' },
    plans: [
      {
        name: 'graph2_flat_predictions',
        shape: [30, 7],
        value: (random, index) => {
          if (index % 7 === 6) return index > 140 ? -1 : whole(classes)(random);
          return index % 7 === 0 ? 0 : index % 7 === 5 ? random() : pixels(input.height)(random);
        },
      },
    ],
    reference: reference.yoloNas,
  }),
  'yolo-nas-raw': (input, classes) => {
    const rows = rowCount(input, STRIDES);
    return {
      family: { kind: 'yolo-nas-raw', boxes: 'b', scores: 's', rows, classes },
      plans: [
        { name: 'b', shape: [1, rows, 4], value: pixels(input.width) },
        { name: 's', shape: [1, rows, classes], value: unit },
      ],
      reference: reference.yoloNasRaw,
    };
  },
  detr: (input, classes) => ({
    family: { kind: 'detr', labels: 'labels', boxes: 'boxes', scores: 'scores' },
    plans: [
      { name: 'labels', type: 'int64', shape: [1, 50], value: whole(classes) },
      { name: 'boxes', shape: [1, 50, 4], value: pixels(input.width) },
      { name: 'scores', shape: [1, 50], value: unit },
    ],
    reference: reference.detr,
  }),
  'rf-detr': (_, classes) => ({
    family: { kind: 'rf-detr', boxes: 'dets', logits: 'labels', rows: 25, classes },
    plans: [
      { name: 'dets', shape: [1, 25, 4], value: unit },
      { name: 'labels', shape: [1, 25, classes], value: around },
    ],
    reference: reference.rfDetr,
  }),
  ssd: (_, classes) => ({
    family: { kind: 'ssd', boxes: 'b', classes: 'c', scores: 's', count: 'n', classOffset: classes % 2 },
    plans: [
      { name: 'b', shape: [1, 20, 4], value: unit },
      { name: 'c', shape: [1, 20], value: whole(classes) },
      { name: 's', shape: [1, 20], value: unit },
      { name: 'n', shape: [1], value: whole(21) },
    ],
    reference: reference.ssd,
  }),
  'ssd-anchors': (_, classes) => {
    const levels = [
      [5, 4, 3],
      [3, 2, 6],
      [1, 1, 6],
    ].map(([height, width, anchors], level) => {
      return { boxes: `b${level}`, scores: `s${level}`, anchors: anchors!, height: height!, width: width! };
    });
    return {
      family: { kind: 'ssd-anchors', classes: classes + 1, levels },
      plans: levels.flatMap(({ anchors, boxes, height, scores, width }) => [
        { name: boxes, shape: [1, 4 * anchors, height, width], value: around },
        { name: scores, shape: [1, (classes + 1) * anchors, height, width], value: around },
      ]),
      reference: reference.ssdAnchors,
    };
  },
  'nanodet, an output or two a level': (input, classes) => {
    const levels = STRIDES.map((stride) => {
      return { stride, scores: `s${stride}`, distances: `d${stride}`, rows: rowCount(input, [stride]), firstRow: 0 };
    });
    return {
      family: { kind: 'nanodet', classes, bins: 11, origin: classes % 2 === 0 ? 'middle' : 'middle-pixel', levels },
      plans: levels.flatMap(({ distances, rows, scores }) => [
        { name: scores, shape: [1, rows, classes], value: unit },
        { name: distances, shape: [1, rows, 44], value: around },
      ]),
      reference: reference.nanodet,
    };
  },
  'nanodet, one output': (input, classes) => {
    const strides = [8, 16, 32, 64];
    const rows = rowCount(input, strides);
    const levels = strides.map((stride, index) => {
      return { stride, scores: 'o', distances: 'o', rows, firstRow: rowCount(input, strides.slice(0, index)) };
    });
    return {
      family: { kind: 'nanodet', classes, bins: 8, origin: 'corner', levels },
      plans: [{ name: 'o', shape: [1, rows, classes + 32], value: unit }],
      reference: reference.nanodet,
    };
  },
  centerface: (input) => {
    const [height, width] = [Math.ceil(input.height / 4), Math.ceil(input.width / 4)];
    return {
      family: { kind: 'centerface', scores: 'heat', sizes: 'scale', offsets: 'offset', stride: 4 },
      plans: [
        { name: 'heat', shape: [1, 1, height, width], value: unit },
        { name: 'scale', shape: [1, 2, height, width], value: around },
        { name: 'offset', shape: [1, 2, height, width], value: unit },
      ],
      reference: reference.centerface,
    };
  },
};

/** A head of a family on an input of any size. */
export function headCases(name: string): fc.Arbitrary<HeadCase> {
  const extent = fc.integer({ min: 8, max: 100 });
  return fc.tuple(extent, extent, fc.integer({ min: 1, max: 5 })).map(([width, height, classes]) => {
    const input = { width, height };
    return { input, ...HEADS[name]!(input, classes) } as HeadCase;
  });
}
