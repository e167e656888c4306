import { DeepThingsError } from '../errors.js';
import { elementCount, type GraphConstant, type GraphNode, integerOf, integersOf, type TensorShape } from './graph.js';
import { integersIn } from './integers.js';
import { type AxisWindow, windowOf } from './window.js';

/** An input of a node: a value, or a constant with its elements; null for an optional one that is left out. */
export type NodeInput = (TensorShape & { readonly constant?: GraphConstant }) | null;

type ShapeRule = (node: GraphNode, inputs: readonly NodeInput[]) => readonly TensorShape[];

/**
 * Computes what a node puts out.
 *
 * @param node in the canonical form that importers give: explicit pads, no `ceil_mode`, `scales` for Resize.
 * @throws DeepThingsError `DT_GRAPH_SHAPE` for inputs that do not fit the operator, and for operators without a rule.
 */
export function outputShapes(node: GraphNode, inputs: readonly NodeInput[]): readonly TensorShape[] {
  const rule = hasShapeRule(node.operator) ? RULES[node.operator] : undefined;
  if (rule === undefined) throw shapeError(node, 'is an operator whose output has no known shape');
  const shapes = rule(node, inputs);
  const wrong = shapes.find(({ shape }) => shape.some((size) => !Number.isSafeInteger(size) || size < 1));
  if (wrong !== undefined) throw shapeError(node, `would put out [${wrong.shape.join(', ')}]`);
  return shapes;
}

/** Returns true for an operator that `outputShapes` knows. */
export function hasShapeRule(operator: string): boolean {
  return Object.hasOwn(RULES, operator);
}

const same: ShapeRule = (node, inputs) => [required(node, inputs, 0)];

/** NumPy's broadcasting: shapes are aligned at their last axes, 1 fits every size. */
const broadcast: ShapeRule = (node, inputs) => {
  const all = inputs.map((_, i) => required(node, inputs, i));
  const rank = Math.max(...all.map(({ shape }) => shape.length));
  const shape = Array.from({ length: rank }, (_, axis) => {
    const sizes = all.map(({ shape: one }) => one[axis - rank + one.length] ?? 1).filter((size) => size !== 1);
    if (new Set(sizes).size > 1) throw shapeError(node, `has inputs of ${all.map(textOfShape).join(' and ')}`);
    return sizes[0] ?? 1;
  });
  return [{ type: all[0]!.type, shape }];
};

/** Convolution and pooling: windows that slide over the map. */
const sliding =
  (channelsOf: (node: GraphNode, inputs: readonly NodeInput[]) => number): ShapeRule =>
  (node, inputs) => {
    const { type, shape } = map(node, inputs);
    const { rows, columns } = windowOf(node, inputs);
    const size = (length: number, { kernel, stride, before, after }: AxisWindow) =>
      Math.floor((length + before + after - kernel) / stride) + 1;
    return [{ type, shape: [1, channelsOf(node, inputs), size(shape[2]!, rows), size(shape[3]!, columns)] }];
  };

const transposed: ShapeRule = (node, inputs) => {
  const { type, shape } = map(node, inputs);
  const weights = required(node, inputs, 1).shape;
  const { rows, columns } = windowOf(node, inputs);
  const extra = integersOf(node, 'output_padding', [0, 0]);
  const size = (axis: 0 | 1, { kernel, stride, before, after }: AxisWindow) =>
    (shape[2 + axis]! - 1) * stride + kernel - before - after + extra[axis]!;
  const channels = weights[1]! * integerOf(node, 'group', 1);
  return [{ type, shape: [1, channels, size(0, rows), size(1, columns)] }];
};

const reduce: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const given = integersOf(node, 'axes', inputs[1]?.constant === undefined ? [] : integersIn(inputs[1].constant));
  const axes = (given.length === 0 ? shape.map((_, axis) => axis) : given).map((axis) => axisOf(node, axis, shape));
  const keeps = integerOf(node, 'keepdims', 1) === 1;
  return [
    {
      type,
      shape: keeps ? shape.map((s, i) => (axes.includes(i) ? 1 : s)) : shape.filter((_, i) => !axes.includes(i)),
    },
  ];
};

const reshape: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const wanted = constantIntegers(node, inputs, 1).map((size, axis) =>
    size === 0 && integerOf(node, 'allowzero', 0) === 0 ? shape[axis]! : size,
  );
  const known = elementCount(wanted.filter((size) => size !== -1));
  const result = wanted.map((size) => (size === -1 ? elementCount(shape) / known : size));
  if (elementCount(result) !== elementCount(shape)) {
    throw shapeError(node, `makes ${textOfShape({ type, shape })} into [${wanted.join(', ')}]`);
  }
  return [{ type, shape: result }];
};

const concat: ShapeRule = (node, inputs) => {
  const all = inputs.map((_, i) => required(node, inputs, i));
  const [{ type, shape }] = all as [TensorShape];
  const axis = axisOf(node, integerOf(node, 'axis', 0), shape);
  const fits = (other: TensorShape) =>
    other.shape.length === shape.length && other.shape.every((size, i) => i === axis || size === shape[i]);
  if (!all.every(fits)) throw shapeError(node, `joins ${all.map(textOfShape).join(' and ')} along axis ${axis}`);
  return [
    {
      type,
      shape: shape.with(
        axis,
        all.reduce((sum, one) => sum + one.shape[axis]!, 0),
      ),
    },
  ];
};

const split: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const axis = axisOf(node, integerOf(node, 'axis', 0), shape);
  const { length } = node.outputs;
  const even = Array.from({ length }, () => Math.ceil(shape[axis]! / length));
  even[length - 1] = shape[axis]! - even[0]! * (length - 1);
  const sizes = inputs[1]?.constant === undefined ? even : integersIn(inputs[1].constant);
  if (sizes.length !== length || sizes.reduce((sum, size) => sum + size, 0) !== shape[axis]) {
    throw shapeError(node, `splits ${shape[axis]} into ${sizes.join(', ')}`);
  }
  return sizes.map((size) => ({ type, shape: shape.with(axis, size) }));
};

const slice: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const starts = constantIntegers(node, inputs, 1);
  const ends = constantIntegers(node, inputs, 2);
  const axes = inputs[3]?.constant === undefined ? starts.map((_, i) => i) : integersIn(inputs[3].constant);
  const steps = inputs[4]?.constant === undefined ? starts.map(() => 1) : integersIn(inputs[4].constant);
  const result = [...shape];
  for (const [i, given] of axes.entries()) {
    const axis = axisOf(node, given, shape);
    const [size, step] = [shape[axis]!, steps[i]!];
    if (step === 0) throw shapeError(node, 'has a step of 0');
    // Backward it begins at the last cell at the latest, and may end before the first.
    const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (at: number) => Math.min(most, Math.max(least, at < 0 ? at + size : at));
    result[axis] = Math.ceil((clamp(ends[i]!) - clamp(starts[i]!)) / step);
  }
  return [{ type, shape: result }];
};

const gather: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const axis = axisOf(node, integerOf(node, 'axis', 0), shape);
  return [{ type, shape: [...shape.slice(0, axis), ...required(node, inputs, 1).shape, ...shape.slice(axis + 1)] }];
};

const pad: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const pads = constantIntegers(node, inputs, 1);
  return [{ type, shape: shape.map((size, axis) => size + pads[axis]! + pads[axis + shape.length]!) }];
};

const resize: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const scales = inputs[2]?.constant;
  if (scales === undefined) throw shapeError(node, 'has no constant scales');
  const factors = new Float32Array(scales.bytes.slice().buffer);
  // In 32 bits, as ONNX has it.
  return [{ type, shape: shape.map((size, axis) => Math.floor(Math.fround(size * factors[axis]!))) }];
};

const transpose: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const order = integersOf(
    node,
    'perm',
    shape.map((_, i) => shape.length - 1 - i),
  );
  if (order.length !== shape.length) throw shapeError(node, `orders ${order.length} axes of ${shape.length}`);
  return [{ type, shape: order.map((axis) => shape[axis]!) }];
};

const matMul: ShapeRule = (node, inputs) => {
  const [a, b] = [required(node, inputs, 0), required(node, inputs, 1)];
  if (a.shape.length < 2 || b.shape.length < 2 || a.shape.at(-1) !== b.shape.at(-2)) {
    throw shapeError(node, `multiplies ${textOfShape(a)} with ${textOfShape(b)}`);
  }
  const batch = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
  return [{ type: a.type, shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!] }];
};

const gemm: ShapeRule = (node, inputs) => {
  const [a, b] = [required(node, inputs, 0), required(node, inputs, 1)];
  const rows = a.shape[integerOf(node, 'transA', 0) === 1 ? 1 : 0]!;
  return [{ type: a.type, shape: [rows, b.shape[integerOf(node, 'transB', 0) === 1 ? 0 : 1]!] }];
};

const flatten: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const axis = integerOf(node, 'axis', 1);
  return [{ type, shape: [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))] }];
};

const squeeze: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const axes = inputs[1]?.constant === undefined ? null : integersIn(inputs[1].constant);
  const isGone = (axis: number) =>
    axes === null ? shape[axis] === 1 : axes.some((given) => axisOf(node, given, shape) === axis);
  return [{ type, shape: shape.filter((_, axis) => !isGone(axis)) }];
};

const unsqueeze: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const axes = constantIntegers(node, inputs, 1);
  const rank = shape.length + axes.length;
  const places = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const rest = [...shape];
  return [{ type, shape: Array.from({ length: rank }, (_, i) => (places.includes(i) ? 1 : rest.shift()!)) }];
};

/** @param inverse from cells to channels. */
const blocks =
  (inverse: boolean): ShapeRule =>
  (node, inputs) => {
    const { type, shape } = map(node, inputs);
    const size = integerOf(node, 'blocksize', 1);
    const [, channels, height, width] = shape as [number, number, number, number];
    return [
      {
        type,
        shape: inverse
          ? [1, channels * size * size, height / size, width / size]
          : [1, channels / (size * size), height * size, width * size],
      },
    ];
  };

const SAME_SHAPE =
  'Abs BatchNormalization Cast Clip Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity InstanceNormalization LRN ' +
  'LayerNormalization LeakyRelu Log LogSoftmax Mish Neg Reciprocal Relu Round Selu Sigmoid Softmax Softplus Softsign Sqrt Tanh';
const BROADCAST = 'Add Div Max Mean Min Mul PRelu Pow Sub Sum';

const RULES: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(SAME_SHAPE.split(' ').map((operator) => [operator, same])),
  ...Object.fromEntries(BROADCAST.split(' ').map((operator) => [operator, broadcast])),
  ...Object.fromEntries('ReduceMean ReduceMax ReduceMin ReduceSum ReduceL2'.split(' ').map((name) => [name, reduce])),
  AveragePool: sliding((node, inputs) => map(node, inputs).shape[1]!),
  Concat: concat,
  Conv: sliding((node, inputs) => required(node, inputs, 1).shape[0]!),
  ConvTranspose: transposed,
  DepthToSpace: blocks(false),
  Flatten: flatten,
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: (node, inputs) => [
    { type: map(node, inputs).type, shape: [1, map(node, inputs).shape[1]!, 1, 1] },
  ],
  GlobalMaxPool: (node, inputs) => [{ type: map(node, inputs).type, shape: [1, map(node, inputs).shape[1]!, 1, 1] }],
  MatMul: matMul,
  MaxPool: sliding((node, inputs) => map(node, inputs).shape[1]!),
  Pad: pad,
  Reshape: reshape,
  Resize: resize,
  Slice: slice,
  SpaceToDepth: blocks(true),
  Split: split,
  Squeeze: squeeze,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
};

function required(node: GraphNode, inputs: readonly NodeInput[], index: number): TensorShape {
  const input = inputs[index];
  if (input == null) throw shapeError(node, `lacks input ${index}`);
  return { type: input.type, shape: input.shape };
}

/** The first input, a feature map. */
function map(node: GraphNode, inputs: readonly NodeInput[]): TensorShape {
  const first = required(node, inputs, 0);
  if (first.shape.length !== 4 || first.shape[0] !== 1) {
    throw shapeError(node, `takes ${textOfShape(first)}, which is no feature map of one picture`);
  }
  return first;
}

function constantIntegers(node: GraphNode, inputs: readonly NodeInput[], index: number): readonly number[] {
  const constant = inputs[index]?.constant;
  if (constant === undefined) throw shapeError(node, `has no constant for input ${index}`);
  return integersIn(constant);
}

function axisOf(node: GraphNode, axis: number, shape: readonly number[]): number {
  const place = axis < 0 ? axis + shape.length : axis;
  if (place < 0 || place >= shape.length) throw shapeError(node, `names axis ${axis} of ${shape.length}`);
  return place;
}

function textOfShape({ shape }: TensorShape): string {
  return `[${shape.join(', ')}]`;
}

function shapeError(node: GraphNode, what: string): DeepThingsError {
  return new DeepThingsError('DT_GRAPH_SHAPE', `${node.operator} "${node.name}" ${what}`);
}
