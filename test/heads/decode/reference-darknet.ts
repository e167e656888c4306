import type { DetectionFamily, YoloFamily, YoloLevel } from '../../../server/heads/head-family.js';
import type { HeadOutputs, InputExtent } from '../../../server/heads/head-output.js';

/** A box as Darknet's programs keep it: centre and size as fractions of the input, one class. */
export interface DarknetBox {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly classIndex: number;
  readonly prob: number;
}

const logistic = (value: number) => 1 / (1 + Math.exp(-value));

/**
 * Decodes in Darknet's two steps: the layer turns its whole output into numbers first, anchor by anchor and plane by plane, and boxes are
 * read out of them afterwards.
 */
export function darknetBoxes(
  outputs: HeadOutputs,
  { classes, levels }: YoloFamily,
  input: InputExtent,
  thresh: number,
): readonly DarknetBox[] {
  return levels.flatMap((level) => {
    const numbers = Float64Array.from(outputs.get(level.output)!.data as Float32Array);
    if (level.hasUncertainties)
      return readGaussianBoxes(forwardGaussian(numbers, level, classes), level, classes, input, thresh);
    return readBoxes(forward(numbers, level, classes), level, classes, input, thresh);
  });
}

function forward(output: Float64Array, level: YoloLevel, classes: number): Float64Array {
  const area = level.width * level.height;
  for (let n = 0; n < level.anchors.length; n++) {
    const first = n * area * (4 + 1 + classes);
    if (!level.hasNewCoords) {
      for (let i = 0; i < 2 * area; i++) output[first + i] = logistic(output[first + i]!);
      for (let i = 4 * area; i < (5 + classes) * area; i++) output[first + i] = logistic(output[first + i]!);
    }
    for (let i = 0; i < 2 * area; i++)
      output[first + i] = output[first + i]! * level.scaleXY - 0.5 * (level.scaleXY - 1);
  }
  return output;
}

function readBoxes(
  numbers: Float64Array,
  { anchors, hasNewCoords, height, width }: YoloLevel,
  classes: number,
  input: InputExtent,
  thresh: number,
): readonly DarknetBox[] {
  const area = width * height;
  const boxes: DarknetBox[] = [];
  for (let i = 0; i < area; i++) {
    for (const [n, anchor] of anchors.entries()) {
      const entry = (number: number) => numbers[n * area * (5 + classes) + number * area + i]!;
      if (entry(4) <= thresh) continue;
      const extent = (number: number, of: number, whole: number) =>
        hasNewCoords ? (entry(number) ** 2 * 4 * of) / whole : (Math.exp(entry(number)) * of) / whole;
      const x = ((i % width) + entry(0)) / width;
      const y = (Math.floor(i / width) + entry(1)) / height;
      const [w, h] = [extent(2, anchor[0], input.width), extent(3, anchor[1], input.height)];
      for (let classIndex = 0; classIndex < classes; classIndex++) {
        const prob = entry(4) * entry(5 + classIndex);
        if (prob > thresh) boxes.push({ x, y, w, h, classIndex, prob });
      }
    }
  }
  return boxes;
}

/** Of AlexeyAB's `gaussian_yolo_layer.c`: x, its sigma, y, its sigma, w, sigma, h, sigma, objectness, classes. */
function forwardGaussian(output: Float64Array, level: YoloLevel, classes: number): Float64Array {
  const area = level.width * level.height;
  const activate = (first: number, count: number) => {
    for (let i = first; i < first + count; i++) output[i] = logistic(output[i]!);
  };
  const scaleAndAdd = (first: number) => {
    for (let i = first; i < first + area; i++) output[i] = output[i]! * level.scaleXY - 0.5 * (level.scaleXY - 1);
  };
  for (let n = 0; n < level.anchors.length; n++) {
    const first = n * area * (8 + 1 + classes);
    activate(first, 2 * area);
    scaleAndAdd(first);
    activate(first + 2 * area, 2 * area);
    scaleAndAdd(first + 2 * area);
    activate(first + 5 * area, area);
    activate(first + 7 * area, area);
    activate(first + 8 * area, (1 + classes) * area);
  }
  return output;
}

function readGaussianBoxes(
  predictions: Float64Array,
  { anchors, height, width }: YoloLevel,
  classes: number,
  input: InputExtent,
  thresh: number,
): readonly DarknetBox[] {
  const area = width * height;
  const boxes: DarknetBox[] = [];
  for (let i = 0; i < area; i++) {
    for (const [n, anchor] of anchors.entries()) {
      const entry = (number: number) => predictions[n * area * (9 + classes) + number * area + i]!;
      const objectness = entry(8);
      if (objectness <= thresh) continue;
      const uncertainty = (entry(1) + entry(3) + entry(5) + entry(7)) / 4;
      for (let classIndex = 0; classIndex < classes; classIndex++) {
        const prob = objectness * entry(9 + classIndex) * (1 - uncertainty);
        if (prob <= thresh) continue;
        boxes.push({
          x: ((i % width) + entry(0)) / width,
          y: (Math.floor(i / width) + entry(2)) / height,
          w: (Math.exp(entry(4)) * anchor[0]) / input.width,
          h: (Math.exp(entry(6)) * anchor[1]) / input.height,
          classIndex,
          prob,
        });
      }
    }
  }
  return boxes;
}

/**
 * Of Darknet's `detection_layer.c`: the first YOLO's head.
 *
 * @param predictions the layer's input.
 */
export function firstYoloBoxes(
  predictions: readonly number[],
  { areRoots, boxes: num, classes, isSoftmax, side }: DetectionFamily,
  thresh: number,
): readonly DarknetBox[] {
  const output = [...predictions];
  const locations = side * side;
  for (let i = 0; isSoftmax && i < locations; i++) {
    const offset = i * classes;
    let [largest, sum] = [Number.NEGATIVE_INFINITY, 0];
    for (let j = 0; j < classes; j++) largest = Math.max(largest, output[offset + j]!);
    for (let j = 0; j < classes; j++) sum += Math.exp(output[offset + j]! - largest);
    for (let j = 0; j < classes; j++) output[offset + j] = Math.exp(output[offset + j]! - largest) / sum;
  }
  const boxes: DarknetBox[] = [];
  for (let i = 0; i < locations; i++) {
    for (let n = 0; n < num; n++) {
      const scale = output[locations * classes + i * num + n]!;
      const at = locations * (classes + num) + (i * num + n) * 4;
      const size = (value: number) => value ** (areRoots ? 2 : 1);
      for (let classIndex = 0; classIndex < classes; classIndex++) {
        const prob = scale * output[i * classes + classIndex]!;
        if (prob <= thresh) continue;
        const [x, y] = [(output[at]! + (i % side)) / side, (output[at + 1]! + Math.floor(i / side)) / side];
        boxes.push({ x, y, w: size(output[at + 2]!), h: size(output[at + 3]!), classIndex, prob });
      }
    }
  }
  return boxes;
}

/** Class by class, the best first: what overlaps it too much goes. @param beta of the term for distance; null: without it. */
export function darknetNms(boxes: readonly DarknetBox[], thresh: number, beta: number | null): readonly DarknetBox[] {
  const kept: DarknetBox[] = [];
  for (const classIndex of new Set(boxes.map((box) => box.classIndex))) {
    let left = boxes.filter((box) => box.classIndex === classIndex).sort((a, b) => b.prob - a.prob);
    while (left.length > 0) {
      const [best, ...others] = left as [DarknetBox, ...DarknetBox[]];
      kept.push(best);
      left = others.filter((other) => overlap(best, other, beta) <= thresh);
    }
  }
  return kept;
}

function overlap(a: DarknetBox, b: DarknetBox, beta: number | null): number {
  const edges = ({ h, w, x, y }: DarknetBox) => ({
    left: x - w / 2,
    right: x + w / 2,
    top: y - h / 2,
    bottom: y + h / 2,
  });
  const [one, other] = [edges(a), edges(b)];
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  const shared = width < 0 || height < 0 ? 0 : width * height;
  const iou = shared / (a.w * a.h + b.w * b.h - shared);
  if (beta === null) return iou;
  const [outerWidth, outerHeight] = [
    Math.max(one.right, other.right) - Math.min(one.left, other.left),
    Math.max(one.bottom, other.bottom) - Math.min(one.top, other.top),
  ];
  return iou - (((a.x - b.x) ** 2 + (a.y - b.y) ** 2) / (outerWidth ** 2 + outerHeight ** 2)) ** beta;
}
