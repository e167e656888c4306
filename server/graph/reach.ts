import type { Interval } from '../geometry/region.js';
import {
  type Graph,
  type GraphConstant,
  type GraphNode,
  integerOf,
  integersOf,
  REARRANGE,
  type TensorShape,
  textOf,
} from './graph.js';
import { integersIn } from './integers.js';
import { type AxisWindow, windowOf } from './window.js';

/**
 * The cells of an input that a range of a node's output needs, along one axis.
 *
 * - `window`: `[o0*S - B, (o1-1)*S - B + K)`, clamped; what the clamp cuts off is padding. B is negative where the first
 *   window begins inside the map (a Slice with a start).
 * - `spread`: one input cell reaches K output cells, S apart: `[ceil((o0 + B - K + 1) / S), floor((o1 - 1 + B) / S) + 1)`,
 *   and `halo` cells more on each side, clamped.
 * - `whole`: any range needs all cells, and all of the output is computed.
 */
export type AxisReach =
  | {
      readonly kind: 'window';
      readonly kernel: number;
      readonly stride: number;
      readonly before: number;
      /** Padding behind the map. What a range needs does not depend on it. */
      readonly after: number;
    }
  | {
      readonly kind: 'spread';
      readonly kernel: number;
      readonly stride: number;
      readonly before: number;
      readonly halo: number;
    }
  | {
      readonly kind: 'whole';
      /** Cells of the output. */
      readonly size: number;
    };

/** The part of an input that a region of a node's output needs. */
export type Reach =
  | { readonly kind: 'local'; readonly rows: AxisReach; readonly columns: AxisReach }
  /** Each output cell may need the whole input: a stage ends before the node. */
  | { readonly kind: 'everything'; readonly why: string };

export type LocalReach = Extract<Reach, { readonly kind: 'local' }>;

const CELL: AxisReach = Object.freeze({ kind: 'window', kernel: 1, stride: 1, before: 0, after: 0 });
const SAME_CELL: Reach = Object.freeze({ kind: 'local', rows: CELL, columns: CELL });

/** Operators whose output cell needs the same cell of each input, whatever the channel. */
const CELLWISE = new Set(
  (
    'Abs Add BatchNormalization Cast Clip Div Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity LRN LeakyRelu Log Max ' +
    'Mean Min Mish Mul Neg PRelu Pow Reciprocal Relu Round Selu Sigmoid Softplus Softsign Sqrt Sub Sum Tanh'
  ).split(' '),
);

/**
 * Tells what a node needs of its feature maps.
 *
 * @returns one for all of its maps: where an operator reads several, it reads each alike.
 */
export function reachOf(graph: Graph, node: GraphNode): Reach {
  const inputs = node.inputs.map((name) => graph.values.get(name) ?? graph.constants.get(name) ?? null);
  const values = node.inputs.flatMap((name) => graph.values.get(name) ?? []);
  const outputs = node.outputs.flatMap((name) => graph.values.get(name) ?? []);
  if (![...values, ...outputs].every(isMap)) return everything('its values are no feature maps');
  const constant = (index: number) => graph.constants.get(node.inputs[index] ?? '') ?? null;
  switch (node.operator) {
    case 'AveragePool':
      return poolReach(node);
    case 'Conv':
      return values.length > 1 ? everything('its kernel is computed') : windows(windowOf(node, inputs));
    case 'MaxPool':
      return windows(windowOf(node, []));
    case 'ConvTranspose':
      if (values.length > 1) return everything('its kernel is computed');
      if (integersOf(node, 'output_padding', []).some((pad) => pad > 0)) return everything('it pads its output');
      return spread(windowOf(node, inputs));
    case 'Concat':
      if (values.length < node.inputs.length) return everything('it joins a constant');
      return onChannels(integerOf(node, 'axis', 0));
    case 'Split':
      return onChannels(integerOf(node, 'axis', 0));
    case 'LogSoftmax':
    case 'Softmax':
      return onChannels(integerOf(node, 'axis', -1));
    case 'Gather':
      return onChannels(integerOf(node, 'axis', 0));
    case 'Slice':
      return sliceReach(values[0]!, [1, 2, 3, 4].map(constant));
    case 'Pad':
      return padReach(node, constant(1));
    case 'Resize':
      return resizeReach(node, constant(2));
    case 'SpaceToDepth':
      return blockwise(integerOf(node, 'blocksize', 1), 'window');
    case 'DepthToSpace':
      return blockwise(integerOf(node, 'blocksize', 1), 'spread');
    case REARRANGE:
      return wholeReach(outputs);
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
      return everything('it pools the whole map');
    case 'ReduceL2':
    case 'ReduceMax':
    case 'ReduceMean':
    case 'ReduceMin':
    case 'ReduceSum':
      return reduceReach(node, constant(1));
    default:
      if (CELLWISE.has(node.operator)) return cellwise(node, inputs);
      return everything(`${node.operator} is not known to be local`);
  }
}

/** Returns true for a reader that needs exactly the cells that it puts out. */
export function isSameCell({ rows, columns }: LocalReach): boolean {
  return [rows, columns].every(
    (axis) => axis.kind === 'window' && axis.kernel === 1 && axis.stride === 1 && axis.before === 0,
  );
}

/** A feature map of one picture. */
export function isMap({ shape, type }: TensorShape): boolean {
  return shape.length === 4 && shape[0] === 1 && type === 'float32';
}

/**
 * The cells of an input that a range of a node's output needs.
 *
 * @param size of the input, in cells.
 * @returns the range, and how many cells beyond the input's ends the windows reach.
 */
export function inputRange(reach: AxisReach, size: number, { start, end }: Interval) {
  if (end <= start) return { start: 0, end: 0, before: 0, after: 0 };
  if (reach.kind === 'whole') return { start: 0, end: size, before: 0, after: 0 };
  const { kernel, stride, before } = reach;
  if (reach.kind === 'spread') {
    const first = Math.ceil((start + before - kernel + 1) / stride) - reach.halo;
    const last = Math.floor((end - 1 + before) / stride) + 1 + reach.halo;
    return { start: Math.max(0, first), end: Math.min(size, last), before: 0, after: 0 };
  }
  const first = start * stride - before;
  const last = (end - 1) * stride - before + kernel;
  // A range that lies in padding altogether needs nothing of the map.
  if (last <= 0 || first >= size) return { start: 0, end: 0, before: last - first, after: 0 };
  return {
    start: Math.max(0, first),
    end: Math.min(size, last),
    before: Math.max(0, -first),
    after: Math.max(0, last - size),
  };
}

function windows({ rows, columns }: { readonly rows: AxisWindow; readonly columns: AxisWindow }): Reach {
  if ([rows, columns].some(({ kernel, before, after }) => before >= kernel || after >= kernel)) {
    return everything('its padding is as large as its window');
  }
  const axis = (window: AxisWindow): AxisReach => ({ kind: 'window', ...window });
  return { kind: 'local', rows: axis(rows), columns: axis(columns) };
}

function spread({ rows, columns }: { readonly rows: AxisWindow; readonly columns: AxisWindow }): Reach {
  if ([rows, columns].some(({ kernel, stride }) => kernel < stride)) return everything('its windows leave gaps');
  const axis = ({ kernel, stride, before }: AxisWindow): AxisReach => {
    return { kind: 'spread', kernel, stride, before, halo: 0 };
  };
  return { kind: 'local', rows: axis(rows), columns: axis(columns) };
}

function wholeReach(outputs: readonly TensorShape[]): Reach {
  const sizes = new Set(outputs.map(({ shape }) => `${shape.slice(2)}`));
  if (sizes.size !== 1) return everything('its maps have different sizes');
  const [, , height, width] = outputs[0]!.shape as [number, number, number, number];
  return { kind: 'local', rows: { kind: 'whole', size: height }, columns: { kind: 'whole', size: width } };
}

function onChannels(axis: number): Reach {
  return axis === 1 || axis === -3 ? SAME_CELL : everything('it works along rows or columns');
}

/** Maps of one size, and constants that are the same for every cell; a map of 1 x 1 cells among larger ones is a global value. */
function cellwise({ operator }: GraphNode, inputs: readonly (TensorShape | GraphConstant | null)[]): Reach {
  const values = inputs.filter((input) => input !== null && !('bytes' in input));
  const sizes = new Set(values.map((value) => `${value!.shape.slice(2)}`));
  if (sizes.size !== 1) return everything('its maps have different sizes');
  // Its constants are by channel.
  const isByChannel = operator === 'BatchNormalization';
  if (isByChannel && values.length > 1) return everything('its numbers are computed');
  const placed = !isByChannel && inputs.some((input) => input !== null && 'bytes' in input && isPlaced(input));
  return placed ? everything('its constant differs from cell to cell') : SAME_CELL;
}

function isPlaced({ shape }: TensorShape): boolean {
  return shape.slice(-2).some((size) => size > 1);
}

/** Padding that a mean does not count cannot be put around a block as zeros. */
function poolReach(node: GraphNode): Reach {
  const window = windowOf(node, []);
  const isPadded = [window.rows, window.columns].some(({ before, after }) => before > 0 || after > 0);
  if (isPadded && integerOf(node, 'count_include_pad', 0) === 0) return everything('its mean leaves padding out');
  return windows(window);
}

function sliceReach(input: TensorShape, constants: readonly (GraphConstant | null)[]): Reach {
  const [starts, ends, axes, steps] = constants.map((one) => (one === null ? null : integersIn(one)));
  if (starts == null || ends == null) return everything('its range is not constant');
  const reach: [AxisReach, AxisReach] = [CELL, CELL];
  for (const [i, given] of (axes ?? starts.map((_, axis) => axis)).entries()) {
    const axis = given < 0 ? given + 4 : given;
    if (axis < 2) continue;
    if ((steps?.[i] ?? 1) < 1) return everything('it turns the map round');
    const size = input.shape[axis]!;
    const start = Math.min(size, Math.max(0, starts[i]! < 0 ? starts[i]! + size : starts[i]!));
    reach[axis - 2] = { kind: 'window', kernel: 1, stride: steps?.[i] ?? 1, before: -start, after: 0 };
  }
  return { kind: 'local', rows: reach[0], columns: reach[1] };
}

function padReach(node: GraphNode, pads: GraphConstant | null): Reach {
  if (pads === null) return everything('its padding is not constant');
  if (textOf(node, 'mode', 'constant') !== 'constant') return everything('its padding mirrors the map');
  const numbers = integersIn(pads);
  if (numbers.length !== 8 || [0, 1, 4, 5].some((i) => numbers[i] !== 0)) return everything('it pads channels');
  const axis = (before: number, after: number): AxisReach => ({ kind: 'window', kernel: 1, stride: 1, before, after });
  return { kind: 'local', rows: axis(numbers[2]!, numbers[6]!), columns: axis(numbers[3]!, numbers[7]!) };
}

/** Over the channels of each cell; over rows or columns the whole map counts. */
function reduceReach(node: GraphNode, axes: GraphConstant | null): Reach {
  const given = integersOf(node, 'axes', axes === null ? [] : integersIn(axes));
  const isOfChannels = given.length > 0 && given.every((axis) => axis === 1 || axis === -3);
  return isOfChannels ? SAME_CELL : everything('it reduces the whole map');
}

function resizeReach(node: GraphNode, scales: GraphConstant | null): Reach {
  if (scales === null) return everything('its scales are not constant');
  const factors = new Float32Array(scales.bytes.slice().buffer);
  const [fy, fx] = [factors[2]!, factors[3]!];
  const place = textOf(node, 'coordinate_transformation_mode', 'half_pixel');
  if (place === 'align_corners' || place === 'tf_crop_and_resize') return everything(`it resizes by ${place}`);
  if (textOf(node, 'mode', 'nearest') === 'cubic') return everything('it resizes by cubic interpolation');
  const [rows, columns] = [resizedAxis(node, place, fy), resizedAxis(node, place, fx)];
  if (rows !== null && columns !== null) return { kind: 'local', rows, columns };
  return everything(`it scales by ${fy} and ${fx}, which are no whole numbers and no halves or quarters`);
}

/** Of 1/2 the window has both cells also where one is read: an engine rounds the size of its block down. */
function resizedAxis(node: GraphNode, place: string, factor: number): AxisReach | null {
  const shrink = 1 / factor;
  // Thirds are no exact floats: rounding would differ from block to block. This mode looks at how large the output is.
  if (factor < 1 && Number.isInteger(Math.log2(shrink)) && place !== 'pytorch_half_pixel') {
    return { kind: 'window', kernel: shrink, stride: shrink, before: 0, after: 0 };
  }
  if (!Number.isInteger(factor) || factor < 1) return null;
  const halo = readsOwnCell(node, place) ? 0 : 1;
  return { kind: 'spread', kernel: factor, stride: factor, before: 0, halo };
}

/** Modes that read the cell of the map that the output cell lies in; the others give the same where a block has a cell around it. */
function readsOwnCell(node: GraphNode, place: string): boolean {
  if (textOf(node, 'mode', 'nearest') !== 'nearest') return false;
  const rounding = textOf(node, 'nearest_mode', 'round_prefer_floor');
  return place === 'asymmetric' || place === 'tf_half_pixel_for_nn'
    ? rounding === 'floor'
    : rounding === 'round_prefer_floor';
}

function blockwise(size: number, kind: 'window' | 'spread'): Reach {
  const window = { kernel: size, stride: size, before: 0 };
  const axis: AxisReach = kind === 'window' ? { kind, ...window, after: 0 } : { kind, ...window, halo: 0 };
  return { kind: 'local', rows: axis, columns: axis };
}

function everything(why: string): Reach {
  return { kind: 'everything', why };
}
