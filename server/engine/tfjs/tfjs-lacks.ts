import { elementCount, type Graph, type GraphNode, integerOf, type TensorShape, textOf } from '../../graph/graph.js';
import type { EngineLack } from '../inference-engine.js';

/** Returns why a node cannot be run, or null. */
type Check = (node: GraphNode, shapes: readonly (TensorShape | null)[]) => string | null;

interface OperatorRule {
  /** Inputs that must be constants, which may be of any type. */
  readonly constants?: readonly number[];
  /** Elements may be of any type; otherwise they are 32-bit floats. */
  readonly anyType?: true;
  readonly check?: Check;
}

const isMap: Check = (_node, [input]) => {
  const { shape } = input!;
  return shape.length === 4 && shape[0] === 1 ? null : `its input of [${shape.join(', ')}] is no map of one picture`;
};

const localResponse: Check = (node, shapes) => {
  const size = integerOf(node, 'size', 1);
  return size % 2 === 1 ? isMap(node, shapes) : `it normalises over ${size} channels, which is no odd number`;
};

const matrices: Check = (_node, [a, b]) => {
  if ([a!, b!].some(({ shape }) => shape.length < 2)) return 'it multiplies a vector';
  const batches = [a!, b!].map(({ shape }) => withoutLeadingOnes(shape.slice(0, -2)));
  const isSimple = batches.some((batch) => elementCount(batch) === 1) || `${batches[0]}` === `${batches[1]}`;
  return isSimple ? null : `it multiplies batches of [${batches.map((batch) => batch.join(', ')).join('] and [')}]`;
};

function withoutLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((size) => size > 1);
  return first === -1 ? [] : shape.slice(first);
}

const pad: Check = (node) => {
  const mode = textOf(node, 'mode', 'constant');
  return ['constant', 'edge', 'reflect'].includes(mode) ? null : `its mode is ${mode}`;
};

const resize: Check = (node) => {
  const places = textOf(node, 'coordinate_transformation_mode', 'half_pixel');
  return PLACES.includes(places) ? null : `its coordinates are those of ${places}`;
};

const PLACES = ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners', 'tf_half_pixel_for_nn'];

const FLOATS: OperatorRule = {};
const MOVE: OperatorRule = { anyType: true };
const MAP: OperatorRule = { check: isMap };
const REDUCE: OperatorRule = { constants: [1] };

const RULES = {
  Abs: FLOATS,
  Add: FLOATS,
  AveragePool: MAP,
  BatchNormalization: { constants: [1, 2, 3, 4] },
  Cast: MOVE,
  Clip: FLOATS,
  Concat: MOVE,
  Conv: { constants: [1, 2], check: isMap },
  ConvTranspose: { constants: [1, 2], check: isMap },
  DepthToSpace: MAP,
  Div: FLOATS,
  Elu: FLOATS,
  Erf: FLOATS,
  Exp: FLOATS,
  Flatten: MOVE,
  Floor: FLOATS,
  Gather: { constants: [1], anyType: true },
  Gelu: FLOATS,
  Gemm: FLOATS,
  GlobalAveragePool: MAP,
  GlobalMaxPool: MAP,
  HardSigmoid: FLOATS,
  HardSwish: FLOATS,
  Identity: MOVE,
  InstanceNormalization: MAP,
  LRN: { check: localResponse },
  LayerNormalization: FLOATS,
  LeakyRelu: FLOATS,
  Log: FLOATS,
  LogSoftmax: FLOATS,
  MatMul: { check: matrices },
  Max: FLOATS,
  MaxPool: MAP,
  Mean: FLOATS,
  Min: FLOATS,
  Mish: FLOATS,
  Mul: FLOATS,
  Neg: FLOATS,
  PRelu: FLOATS,
  Pad: { constants: [1, 2], check: pad },
  Pow: FLOATS,
  Reciprocal: FLOATS,
  ReduceL2: REDUCE,
  ReduceMax: REDUCE,
  ReduceMean: REDUCE,
  ReduceMin: REDUCE,
  ReduceSum: REDUCE,
  Relu: FLOATS,
  Reshape: { constants: [1], anyType: true },
  Resize: { constants: [2], check: resize },
  Round: FLOATS,
  Selu: FLOATS,
  Sigmoid: FLOATS,
  Slice: { constants: [1, 2, 3, 4], anyType: true },
  Softmax: FLOATS,
  Softplus: FLOATS,
  Softsign: FLOATS,
  SpaceToDepth: MAP,
  Split: { constants: [1], anyType: true },
  Sqrt: FLOATS,
  Squeeze: { constants: [1], anyType: true },
  Sub: FLOATS,
  Sum: FLOATS,
  Tanh: FLOATS,
  Transpose: MOVE,
  Unsqueeze: { constants: [1], anyType: true },
} as const satisfies Record<string, OperatorRule>;

/** Operators that the engine has. */
export type TfjsOperator = keyof typeof RULES;

/** The library computes on no tensor of more axes. */
const MOST_AXES = 6;

/** Finds the nodes of a graph that TensorFlow.js cannot run, from the graph's structure alone: without the library, and without weights. */
export function tfjsLacks(graph: Graph): readonly EngineLack[] {
  return graph.nodes.flatMap((node) => {
    const why = lackOf(graph, node);
    return why === null ? [] : [{ node: node.name, operator: node.operator, why }];
  });
}

function lackOf({ constants, values }: Graph, node: GraphNode): string | null {
  const rule: OperatorRule | undefined = Object.hasOwn(RULES, node.operator)
    ? RULES[node.operator as TfjsOperator]
    : undefined;
  if (rule === undefined) return 'the operator is not known to it';
  const shapes = node.inputs.map((name) => constants.get(name) ?? values.get(name) ?? null);
  const computed = rule.constants?.find((i) => values.has(node.inputs[i] ?? ''));
  if (computed !== undefined) return `its input ${computed} is computed, where it needs a constant`;
  const other = shapes.find((one, i) => one !== null && one.type !== 'float32' && !rule.constants?.includes(i));
  if (other && !rule.anyType) return `it computes with ${other.type}, where it needs float32`;
  const large = shapes.find((one) => (one?.shape.length ?? 0) > MOST_AXES);
  if (large) return `its input has ${large.shape.length} axes, and ${MOST_AXES} are the most`;
  const outputs = node.outputs.filter((name) => name !== '');
  if (outputs.length > 1 && node.operator !== 'Split') return `it has ${outputs.length} outputs`;
  return rule.check?.(node, shapes) ?? null;
}
