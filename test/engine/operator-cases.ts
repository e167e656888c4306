import type { Attribute, Graph, GraphConstant } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { floats, integers, node, sketchGraph } from '../graph/test-graphs.js';

/** A graph of one operator, or of few. */
export interface OperatorCase {
  readonly label: string;
  readonly graph: Graph;
}

type Attributes = Readonly<Record<string, Attribute>>;

const integer = (value: number): Attribute => ({ integer: value });
const list = (...values: number[]): Attribute => ({ integers: values });
const float = (value: number): Attribute => ({ float: value });
const text = (value: string): Attribute => ({ text: value });

const random = seededRandom(11);
const weights = (...shape: number[]): GraphConstant =>
  floats(
    Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () => random() - 0.5),
    shape,
  );
const positive = (...shape: number[]): GraphConstant =>
  floats(
    Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () => random() + 0.5),
    shape,
  );
const scalar = (value: number) => floats([value], []);

/** A map as convolutions give it: in this order of axes engines keep it between operators. */
const MAP = [1, 6, 7, 5];

const cases: OperatorCase[] = [];

/** The operator on a map of a graph's input, and on one that a convolution gave. */
function onMap(
  label: string,
  operator: string,
  more: readonly GraphConstant[] = [],
  attributes: Attributes = {},
): void {
  const behind = node(operator, ['map', ...more], 'y', attributes);
  const before = node('Conv', ['x', weights(6, 6, 1, 1), weights(6)], 'map', { kernel_shape: list(1, 1) });
  cases.push({ label: `${operator} ${label}, behind a convolution`, graph: sketchGraph(MAP, [before, behind]) });
  onInput(label, MAP, operator, more, attributes);
}

function onInput(
  label: string,
  shape: readonly number[],
  operator: string,
  more: readonly GraphConstant[] = [],
  attributes: Attributes = {},
): void {
  const graph = sketchGraph(shape, [node(operator, ['x', ...more], 'y', attributes)]);
  cases.push({ label: `${operator} ${label} on [${shape}]`, graph });
}

for (const operator of 'Abs Erf Exp Floor HardSwish Neg Relu Round Sigmoid Softplus Softsign Tanh Identity'.split(
  ' ',
)) {
  onMap('', operator);
}
onMap('', 'Elu', [], { alpha: float(0.7) });
onMap('', 'HardSigmoid', [], { alpha: float(0.3), beta: float(0.4) });
onMap('', 'LeakyRelu', [], { alpha: float(0.2) });
onMap('', 'Selu');
onMap('with both bounds', 'Clip', [scalar(-0.2), scalar(0.3)]);
onMap('to six', 'Clip', [scalar(0), scalar(6)]);
onMap('by channel', 'PRelu', [weights(6, 1, 1)]);
onMap('cell by cell', 'PRelu', [weights(7, 5)]);
for (const operator of 'Add Sub Mul Div Max Min Mean Sum'.split(' ')) {
  onMap('and a number', operator, [scalar(1.5)]);
  onMap('and numbers by channel', operator, [positive(6, 1, 1)]);
  onMap('and a row', operator, [positive(5)]);
  onMap('and a map', operator, [positive(1, 6, 7, 5)]);
  onInput('and a column', [3, 4], operator, [positive(3, 1)]);
  onInput('and a larger tensor', [4], operator, [positive(2, 3, 4)]);
  onInput('and a tensor of five axes', MAP, operator, [positive(2, 1, 6, 1, 1)]);
}
for (const operator of ['Max', 'Min', 'Mean', 'Sum'])
  onMap('of three', operator, [weights(6, 1, 1), weights(1, 6, 7, 5)]);

/** Operators of positive numbers. */
for (const [operator, more] of [
  ['Log', []],
  ['Sqrt', []],
  ['Reciprocal', []],
  ['Pow', [scalar(1.7)]],
  ['Pow', [positive(6, 1, 1)]],
  ['Pow', [positive(5)]],
] as const) {
  const above = node('Abs', ['x'], 'map');
  const graph = sketchGraph(MAP, [
    above,
    node('Add', ['map', scalar(0.1)], 'one'),
    node(operator, ['one', ...more], 'y'),
  ]);
  cases.push({ label: `${operator} of positive numbers ${more[0]?.shape ?? ''}`, graph });
}
onMap('by an even number', 'Pow', [scalar(2)]);

interface Window {
  readonly kernel?: readonly [number, number];
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  readonly pads?: readonly [number, number, number, number];
}

const windowOf = ({ dilations = [1, 1], kernel = [3, 3], pads = [0, 0, 0, 0], strides = [1, 1] }: Window) => ({
  kernel_shape: list(...kernel),
  strides: list(...strides),
  pads: list(...pads),
  dilations: list(...dilations),
});

const WINDOWS: readonly Window[] = [
  {},
  { kernel: [1, 1] },
  { kernel: [1, 1], strides: [2, 3] },
  { pads: [1, 1, 1, 1] },
  { pads: [0, 1, 2, 1] },
  { strides: [2, 2], pads: [0, 0, 1, 1] },
  { kernel: [3, 2], strides: [1, 2], pads: [1, 0, 1, 1] },
  { dilations: [2, 2], pads: [2, 2, 2, 2] },
  { dilations: [2, 1], pads: [1, 0, 0, 1] },
  { dilations: [2, 2], strides: [2, 2], pads: [2, 2, 2, 2] },
  { kernel: [5, 1], pads: [2, 0, 2, 0] },
];
for (const window of WINDOWS) {
  const [rows, columns] = window.kernel ?? [3, 3];
  const label = JSON.stringify(window);
  onInput(label, MAP, 'Conv', [weights(4, 6, rows, columns), weights(4)], windowOf(window));
  const grouped = { ...windowOf(window), group: integer(2) };
  onInput(`in groups ${label}`, MAP, 'Conv', [weights(4, 3, rows, columns)], grouped);
  const depthwise = { ...windowOf(window), group: integer(6) };
  onInput(`by channel ${label}`, MAP, 'Conv', [weights(12, 1, rows, columns), weights(12)], depthwise);
  onInput(label, MAP, 'ConvTranspose', [weights(6, 4, rows, columns), weights(4)], windowOf(window));
  onInput(`in groups ${label}`, MAP, 'ConvTranspose', [weights(6, 2, rows, columns)], grouped);
  onInput(`by channel ${label}`, MAP, 'ConvTranspose', [weights(6, 2, rows, columns)], depthwise);
  onInput(label, MAP, 'MaxPool', [], windowOf(window));
  const { dilations, ...pooled } = windowOf({ ...window, dilations: [1, 1] });
  const isInside = !window.pads?.some((pad, side) => pad >= [rows, columns][side % 2]!);
  if (!isInside) continue;
  onInput(`without padding ${label}`, MAP, 'AveragePool', [], pooled);
  onInput(`with padding ${label}`, MAP, 'AveragePool', [], { ...pooled, count_include_pad: integer(1) });
}
onInput('with output padding', MAP, 'ConvTranspose', [weights(6, 4, 3, 3)], {
  ...windowOf({ strides: [2, 3], pads: [1, 1, 1, 1] }),
  output_padding: list(1, 2),
});
onInput(
  'with more padding than its kernel',
  MAP,
  'ConvTranspose',
  [weights(6, 4, 3, 3)],
  windowOf({ pads: [2, 1, 2, 2] }),
);
for (const [operator, more, attributes] of [
  ['Relu', [], {}],
  ['LeakyRelu', [], { alpha: float(0.3) }],
  ['Sigmoid', [], {}],
  ['Clip', [scalar(0), scalar(6)], {}],
  ['Clip', [scalar(0), scalar(0.5)], {}],
] as const) {
  for (const group of [1, 2, 6]) {
    const kernel = weights(6, 6 / group, 3, 3);
    const convolve = node('Conv', ['x', kernel, weights(6)], 'map', { ...windowOf({}), group: integer(group) });
    const behind = node(operator, ['map', ...more], 'y', attributes);
    const label = `Conv in ${group} and ${operator} ${more.length}`;
    cases.push({ label, graph: sketchGraph(MAP, [convolve, behind]) });
    cases.push({ label: `${label}, both put out`, graph: sketchGraph(MAP, [convolve, behind], ['y', 'map']) });
  }
}
onMap('', 'GlobalAveragePool');
onMap('', 'GlobalMaxPool');

for (const axis of [1, -1, 2]) {
  onMap(`axis ${axis}`, 'Softmax', [], { axis: integer(axis) });
  onMap(`axis ${axis}`, 'LogSoftmax', [], { axis: integer(axis) });
}
onInput('of a matrix', [3, 4], 'Softmax', [], { axis: integer(0) });
onInput('of five axes', [1, 2, 3, 2, 2], 'Softmax', [], { axis: integer(2) });
for (const operator of ['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL2']) {
  for (const [axes, keepdims] of [
    [[2, 3], 1],
    [[2, 3], 0],
    [[1], 1],
    [[-2], 0],
  ] as const) {
    onMap(`of ${axes}, ${keepdims}`, operator, [], { axes: list(...axes), keepdims: integer(keepdims) });
  }
  onMap('of all', operator, [], { keepdims: integer(0) });
}
onMap('of channels', 'ReduceSum', [integers([1])]);
onMap('of rows and columns', 'ReduceSum', [integers([2, -1])], { keepdims: integer(0) });
onMap('', 'BatchNormalization', [weights(6), weights(6), weights(6), positive(6)], { epsilon: float(1e-3) });
onInput('', [2, 6], 'BatchNormalization', [weights(6), weights(6), weights(6), positive(6)]);
onMap('', 'InstanceNormalization', [weights(6), weights(6)], { epsilon: float(1e-4) });
onInput('', [1, 4, 6], 'LayerNormalization', [weights(6), weights(6)]);
onInput('over two axes', [1, 4, 6], 'LayerNormalization', [weights(4, 6)], { axis: integer(1) });
onMap('over channels', 'LRN', [], { size: integer(3), alpha: float(0.2), beta: float(0.6), bias: float(1.5) });

onMap('of channels', 'Concat', [weights(1, 2, 7, 5)], { axis: integer(1) });
onMap('of rows', 'Concat', [weights(1, 6, 2, 5)], { axis: integer(-2) });
onInput('of vectors', [3], 'Concat', [weights(2), weights(4)], { axis: integer(0) });
for (const [starts, ends, axes, steps] of [
  [[1], [4], [1], [2]],
  [
    [0, 1],
    [1000, -1],
    [2, 3],
    [2, 1],
  ],
  [
    [-1, 4],
    [-1000, 0],
    [1, 2],
    [-1, -2],
  ],
  [[-3], [1000], [-1], [1]],
] as const) {
  onMap(`${starts} to ${ends}`, 'Slice', [integers(starts), integers(ends), integers(axes), integers(steps)]);
}
onInput('without axes', [4, 5], 'Slice', [integers([1, 0]), integers([3, 2])]);
onMap('of channels', 'Gather', [integers([4, -1, 0])], { axis: integer(1) });
onMap('of one row', 'Gather', [{ ...integers([2]), shape: [] }], { axis: integer(2) });
onMap('by a matrix', 'Gather', [{ ...integers([0, 1, 2, 0]), shape: [2, 2] }], { axis: integer(3) });
for (const mode of ['constant', 'edge', 'reflect']) {
  onMap(mode, 'Pad', [integers([0, 0, 1, 2, 0, 1, 2, 0])], { mode: text(mode) });
}
onMap('with a value', 'Pad', [integers([0, 1, 1, 0, 0, 0, 0, 2]), scalar(-0.5)]);
onMap('cutting off', 'Pad', [integers([0, 0, -1, 1, 0, -2, 0, -1]), scalar(0.5)]);
onInput('of a matrix', [2, 3], 'Pad', [integers([1, 0, 0, 2])]);

const PLACES = ['half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners', 'tf_half_pixel_for_nn'];
for (const scale of [2, 3, 1.5, 0.5]) {
  for (const places of PLACES) {
    const coordinates = { coordinate_transformation_mode: text(places) };
    const scales = floats([1, 1, scale, scale === 3 ? 1 : scale]);
    for (const rounding of ['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil']) {
      const attributes = { mode: text('nearest'), nearest_mode: text(rounding), ...coordinates };
      resized(`nearest ${places} ${rounding} by ${scale}`, scales, attributes);
    }
    if (places === 'tf_half_pixel_for_nn') continue;
    resized(`linear ${places} by ${scale}`, scales, { mode: text('linear'), ...coordinates });
    resized(`cubic ${places} by ${scale}`, scales, { mode: text('cubic'), ...coordinates });
  }
}
resized('cubic, nothing outside', floats([1, 1, 2, 1.5]), { mode: text('cubic'), exclude_outside: integer(1) });

function resized(label: string, scales: GraphConstant, attributes: Attributes): void {
  cases.push({
    label: `Resize ${label}`,
    graph: sketchGraph([1, 2, 6, 5], [{ operator: 'Resize', inputs: ['x', '', scales], outputs: ['y'], attributes }]),
  });
}
onInput('', [1, 8, 3, 2], 'DepthToSpace', [], { blocksize: integer(2) });
onInput('by column and row', [1, 8, 3, 2], 'DepthToSpace', [], { blocksize: integer(2), mode: text('CRD') });
onInput('', [1, 3, 4, 6], 'SpaceToDepth', [], { blocksize: integer(2) });

onMap('', 'Flatten');
onMap('at 3', 'Flatten', [], { axis: integer(3) });
onMap('', 'Reshape', [integers([0, 3, -1])]);
onMap('', 'Transpose');
onMap('to channels last', 'Transpose', [], { perm: list(0, 2, 3, 1) });
onMap('in another order', 'Transpose', [], { perm: list(2, 0, 3, 1) });
onInput('', [1, 3, 1, 2], 'Squeeze', [integers([0, -2])]);
onInput('of all', [1, 3, 1, 2], 'Squeeze');
onInput('', [3, 2], 'Unsqueeze', [integers([0, -1])]);
onInput('of a matrix', [3, 4], 'MatMul', [weights(4, 5)]);
onInput('of a batch and a matrix', [2, 3, 4], 'MatMul', [weights(4, 5)]);
onInput('of a matrix and a batch', [3, 4], 'MatMul', [weights(2, 4, 5)]);
onInput('of batches', [2, 3, 3, 4], 'MatMul', [weights(2, 3, 4, 5)]);
onInput('', [3, 4], 'Gemm', [weights(4, 5), weights(5)]);
onInput('turned', [4, 3], 'Gemm', [weights(5, 4), weights(3, 1)], {
  ...{ transA: integer(1), transB: integer(1), alpha: float(0.5), beta: float(2) },
});

/** Integers and truth values go through, and come out as they are in the graph. */
for (const [type, to] of [
  ['uint8', 2],
  ['int32', 6],
  ['int64', 7],
  ['bool', 9],
] as const) {
  const there = node('Cast', ['x'], 'whole', { to: integer(to) });
  const moved = node('Slice', ['whole', integers([1]), integers([3]), integers([1])], 'part');
  const joined = node('Concat', ['part', 'whole'], 'all', { axis: integer(1) });
  const graph = sketchGraph(
    [2, 3],
    [there, moved, joined, node('Cast', ['part'], 'back', { to: integer(1) })],
    ['all', 'back'],
  );
  const values = new Map(graph.values);
  for (const name of ['whole', 'part', 'all']) values.set(name, { ...values.get(name)!, type });
  values.set('back', { ...values.get('back')!, type: 'float32' });
  cases.push({ label: `Cast to ${type} and back`, graph: { ...graph, values } });
}

cases.push({
  label: 'Split, uneven and even, one part unread',
  graph: sketchGraph(
    MAP,
    [
      node('Relu', ['x'], 'r'),
      {
        operator: 'Split',
        inputs: ['r', integers([1, 3, 2])],
        outputs: ['a', 'b', 'c'],
        attributes: { axis: integer(1) },
      },
      { operator: 'Split', inputs: ['b'], outputs: ['d', 'e', 'f'], attributes: { axis: integer(1) } },
    ],
    ['a', 'd', 'f', 'r'],
  ),
});
cases.push({
  label: 'a residual block, a gate and an input that is put out',
  graph: sketchGraph(
    MAP,
    [
      node('Conv', ['x', weights(6, 6, 3, 3)], 'a', windowOf({ pads: [1, 1, 1, 1] })),
      node('GlobalAveragePool', ['a'], 'p'),
      node('Sigmoid', ['p'], 'g'),
      node('Mul', ['a', 'g'], 'm'),
      node('Add', ['m', 'x'], 's'),
      node('Identity', ['x'], 'i'),
    ],
    ['s', 'i', 'p'],
  ),
});

export const OPERATOR_CASES: readonly OperatorCase[] = cases;
