import { elementCount, type GraphNode, integerOf, integersOf, type TensorShape } from './graph.js';
import { integersIn } from './integers.js';
import {
  axisOf,
  broadcastShape,
  constantIntegers,
  type NodeInput,
  required,
  type ShapeRule,
  shapeError,
  textOfShape,
} from './shape-rule.js';
import { blocks, pooled, sliding, transposed } from './window-shapes.js';

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

const broadcast: ShapeRule = (node, inputs) => {
  const all = inputs.map((_, i) => required(node, inputs, i));
  const shapes = all.map(({ shape }) => shape);
  return [{ type: all[0]!.type, shape: broadcastShape(node, shapes) }];
};

const reduce: ShapeRule = (node, inputs) => {
  const { type, shape } = required(node, inputs, 0);
  const given = integersOf(node, 'axes', inputs[1]?.constant === undefined ? [] : integersIn(inputs[1].constant));
  if (given.length === 0 && integerOf(node, 'noop_with_empty_axes', 0) === 1) return [{ type, shape }];
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
    throw shapeError(node, `makes ${textOfShape(shape)} into [${wanted.join(', ')}]`);
  }
  return [{ type, shape: result }];
};

const concat: ShapeRule = (node, inputs) => {
  const all = inputs.map((_, i) => required(node, inputs, i));
  const [{ type, shape }] = all as [TensorShape];
  const axis = axisOf(node, integerOf(node, 'axis', 0), shape);
  const fits = (other: TensorShape) =>
    other.shape.length === shape.length && other.shape.every((size, i) => i === axis || size === shape[i]);
  if (!all.every(fits))
    throw shapeError(node, `joins ${all.map((one) => textOfShape(one.shape)).join(' and ')} along axis ${axis}`);
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

/** NumPy's `matmul`: a vector on the left is a row, on the right a column, which is gone from the product. */
const matMul: ShapeRule = (node, inputs) => {
  const [a, b] = [required(node, inputs, 0), required(node, inputs, 1)];
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  if (left.length < 2 || right.length < 2 || left.at(-1) !== right.at(-2)) {
    throw shapeError(node, `multiplies ${textOfShape(a.shape)} with ${textOfShape(b.shape)}`);
  }
  const batch = broadcastShape(node, [left.slice(0, -2), right.slice(0, -2)]);
  const rows = a.shape.length === 1 ? [] : [left.at(-2)!];
  const columns = b.shape.length === 1 ? [] : [right.at(-1)!];
  return [{ type: a.type, shape: [...batch, ...rows, ...columns] }];
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

const SAME_SHAPE =
  'Abs BatchNormalization Cast Clip Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity InstanceNormalization LRN ' +
  'LayerNormalization LeakyRelu Log LogSoftmax Mish Neg Reciprocal Relu Round Selu Sigmoid Softmax Softplus Softsign Sqrt Tanh';
const BROADCAST = 'Add Div Max Mean Min Mul PRelu Pow Sub Sum';

const RULES: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(SAME_SHAPE.split(' ').map((operator) => [operator, same])),
  ...Object.fromEntries(BROADCAST.split(' ').map((operator) => [operator, broadcast])),
  ...Object.fromEntries('ReduceMean ReduceMax ReduceMin ReduceSum ReduceL2'.split(' ').map((name) => [name, reduce])),
  AveragePool: sliding((_node, [input]) => input!.shape[1]!),
  Concat: concat,
  Conv: sliding((node, inputs) => required(node, inputs, 1).shape[0]!),
  ConvTranspose: transposed,
  DepthToSpace: blocks(false),
  Flatten: flatten,
  Gather: gather,
  Gemm: gemm,
  GlobalAveragePool: pooled,
  GlobalMaxPool: pooled,
  MatMul: matMul,
  MaxPool: sliding((_node, [input]) => input!.shape[1]!),
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
