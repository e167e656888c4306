import type { HeadFamily, NanoDetFamily, NanoDetLevel, SsdLevel } from '../head-family.js';
import type { InputExtent } from '../head-output.js';
import { levelCells, rowCount, STRIDE_SETS } from '../row-counts.js';
import { ssdAnchors } from '../ssd-anchors.js';
import { hasShape, type OutputShape } from './output-shape.js';

/** Bins of a side's distribution: 0 to 7 in NanoDet-m, NanoDet-Plus and PicoDet, 0 to 10 in NanoDet-g. */
const BINS = [8, 11];
const CENTERFACE_STRIDE = 4;

/** NanoDet or PicoDet: scores and distances of each level in outputs of their own, or all in one. */
export function matchNanoDet(outputs: readonly OutputShape[], input: InputExtent): readonly HeadFamily[] {
  return STRIDE_SETS.flatMap((strides) =>
    BINS.flatMap((bins) => [
      ...matchLevels(outputs, input, strides, bins),
      ...matchJoint(outputs, input, strides, bins),
    ]),
  );
}

function matchLevels(
  outputs: readonly OutputShape[],
  input: InputExtent,
  strides: readonly number[],
  bins: number,
): readonly NanoDetFamily[] {
  if (outputs.length !== 2 * strides.length) return [];
  const classCounts = new Set<number>();
  const levels = strides.flatMap((stride): NanoDetLevel[] => {
    const { height, width } = levelCells(input, stride);
    const rows = height * width;
    const pair = outputs.filter((output) => hasShape(output, 1, rows, null));
    const distances = pair.find(({ shape }) => shape[2] === 4 * bins);
    const scores = pair.find((output) => output !== distances);
    if (pair.length !== 2 || distances === undefined || scores === undefined) return [];
    classCounts.add(scores.shape[2]!);
    return [{ stride, scores: scores.name, distances: distances.name, rows, firstRow: 0 }];
  });
  const [classes] = classCounts;
  if (levels.length !== strides.length || classCounts.size !== 1) return [];
  const origin = strides.length > 3 ? 'middle' : 'middle-pixel';
  return [{ kind: 'nanodet', classes: classes!, bins, origin, levels }];
}

function matchJoint(
  outputs: readonly OutputShape[],
  input: InputExtent,
  strides: readonly number[],
  bins: number,
): readonly NanoDetFamily[] {
  const rows = rowCount(input, strides);
  const output = outputs.find((candidate) => hasShape(candidate, 1, rows, null));
  const classes = (output?.shape[2] ?? 0) - 4 * bins;
  if (output === undefined || classes < 1) return [];
  const { name } = output;
  const levels = strides.map((stride, index) => {
    return { stride, scores: name, distances: name, rows, firstRow: rowCount(input, strides.slice(0, index)) };
  });
  return [{ kind: 'nanodet', classes, bins, origin: strides.length > 3 ? 'corner' : 'middle-pixel', levels }];
}

/** TensorFlow's SSD without its last step: two maps a level. */
export function matchSsdAnchors(outputs: readonly OutputShape[]): readonly HeadFamily[] {
  const maps = outputs.filter((output) => hasShape(output, 1, null, null, null));
  const areaOf = ({ shape }: OutputShape) => shape[2]! * shape[3]!;
  const areas = [...new Set(maps.map(areaOf))].sort((a, b) => b - a);
  const groups = areas.map((area) => maps.filter((output) => areaOf(output) === area));
  const classCounts = new Set<number>();
  const levels = groups.flatMap((pair, index): SsdLevel[] => {
    const anchors = ssdAnchors(index, groups.length).length;
    const boxes = pair.find(({ shape }) => shape[1] === 4 * anchors);
    const scores = pair.find((output) => output !== boxes);
    if (pair.length !== 2 || boxes === undefined || scores === undefined) return [];
    const [, channels, height, width] = scores.shape;
    classCounts.add(channels! / anchors);
    return [{ boxes: boxes.name, scores: scores.name, anchors, height: height!, width: width! }];
  });
  const [classes] = classCounts;
  const isSsd = maps.length === outputs.length && levels.length === groups.length && levels.length > 1;
  if (!isSsd || classCounts.size !== 1 || !Number.isInteger(classes) || classes! < 2) return [];
  return [{ kind: 'ssd-anchors', classes: classes!, levels }];
}

/** CenterFace: maps of scores, sizes, offsets and landmarks. */
export function matchCentres(outputs: readonly OutputShape[], input: InputExtent): readonly HeadFamily[] {
  const { height, width } = levelCells(input, CENTERFACE_STRIDE);
  const channels = [1, 2, 2, 10];
  if (outputs.length !== 4 || !outputs.every((output, index) => hasShape(output, 1, channels[index]!, height, width))) {
    return [];
  }
  const [scores, sizes, offsets] = outputs.map(({ name }) => name) as [string, string, string];
  return [{ kind: 'centerface', scores, sizes, offsets, stride: CENTERFACE_STRIDE }];
}
