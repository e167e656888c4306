import type { Tensor4D } from '@tensorflow/tfjs-core';
import { floatsIn } from '../../../graph/floats.js';
import { floatOf, type GraphNode, integerOf, integersOf } from '../../../graph/graph.js';
import { type AxisWindow, windowOf } from '../../../graph/window.js';
import type { LoadContext, LoadOperation } from '../operation.js';
import type { Tfjs } from '../tfjs-backend.js';
import { everyNth, isSamePadded, onMap, surround } from './map-windows.js';

/** A convolution with its bias and activation, without padding by hand. */
type Convolve = (map: Tensor4D, pad: 'same' | 'valid') => Tensor4D;

type Pair = readonly [number, number];

export const conv: LoadOperation = (node, context, activation) => {
  const { tfjs } = context;
  const windows = windowOf(node, [null, context.constant(node.inputs[1])!]);
  const strides: Pair = [windows.rows.stride, windows.columns.stride];
  const convolve = loadConvolution(node, context, activation, { strides, isTransposed: false });
  const isSame = isSamePadded(windows);
  return onMap(node.inputs[0]!, (map) =>
    isSame ? convolve(map, 'same') : convolve(surround(tfjs, map, windows, 0), 'valid'),
  );
};

/** A convolution with the kernel turned round, on a map whose cells are set apart: the library's own is a slow loop. */
export const convTranspose: LoadOperation = (node, context, activation) => {
  const { tfjs } = context;
  const { rows, columns } = windowOf(node, [null, context.constant(node.inputs[1])!]);
  const convolve = loadConvolution(node, context, activation, { strides: [1, 1], isTransposed: true });
  const extra = integersOf(node, 'output_padding', [0, 0]);
  // Behind the last cell there are already zeros.
  const axis = ({ after, before, kernel, stride }: AxisWindow, more: number): AxisWindow => ({
    ...{ kernel, stride: 1, before: kernel - 1 - before },
    after: kernel - after + more - stride,
  });
  const windows = { rows: axis(rows, extra[0]!), columns: axis(columns, extra[1]!) };
  return onMap(node.inputs[0]!, (map) =>
    convolve(surround(tfjs, setApart(tfjs, map, [rows.stride, columns.stride]), windows, 0), 'valid'),
  );
};

/** Puts zeros behind each cell, so that cells are `strides` apart. */
function setApart(tfjs: Tfjs, map: Tensor4D, [down, across]: Pair): Tensor4D {
  if (down === 1 && across === 1) return map;
  const [, height, width, channels] = map.shape;
  const cells = tfjs.reshape(map, [height, 1, width, channels]);
  const spread = tfjs.pad(cells, [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, (across - 1) * channels],
  ]);
  return tfjs.reshape(spread, [1, height * down, width * across, channels]);
}

interface Kernels {
  readonly strides: Pair;
  /** Whether kernels are `[inputs, outputs, rows, columns]`, and turned round. */
  readonly isTransposed: boolean;
}

function loadConvolution(
  node: GraphNode,
  context: LoadContext,
  activation: GraphNode | null,
  { strides, isTransposed }: Kernels,
): Convolve {
  const { tfjs } = context;
  const { shape } = context.constant(node.inputs[1])!;
  const groups = integerOf(node, 'group', 1);
  const isDepthwise = groups > 1 && (isTransposed ? shape[0] === groups : shape[1] === 1);
  const [rows, columns] = integersOf(node, 'dilations', [1, 1]) as [number, number];
  // The library does not do both, nor uneven strides of depthwise ones: windows between the strides are computed, and left out.
  const isDirect =
    (strides[0] === 1 && strides[1] === 1) ||
    (rows === 1 && columns === 1 && (!isDepthwise || strides[0] === strides[1]));
  const options = {
    strides: isDirect ? ([...strides] as [number, number]) : 1,
    dilations: [rows, columns] as [number, number],
    ...fusedActivation(activation),
  };
  const finished = (map: Tensor4D) => (isDirect ? map : everyNth(tfjs, map, strides));
  if (isDepthwise) {
    const [filter] = keptFilters(node, context, { order: [2, 3, 0, 1], isTurned: isTransposed, channels: groups });
    const [bias] = keptBiases(node, context, 1);
    return (x, pad) => finished(tfjs.fused.depthwiseConv2d<Tensor4D>({ x, filter: filter!, bias, pad, ...options }));
  }
  const order = isTransposed ? [2, 3, 0, 1] : [2, 3, 1, 0];
  const filters = keptFilters(node, context, { order, isTurned: isTransposed, groups });
  const biases = keptBiases(node, context, groups);
  return (map, pad) => {
    // TensorFlow.js has no groups: each is a convolution of its own channels.
    const maps = groups === 1 ? [map] : tfjs.split<Tensor4D>(map, groups, 3);
    const outputs = maps.map((x, i) =>
      tfjs.fused.conv2d<Tensor4D>({ x, filter: filters[i]!, bias: biases[i], pad, ...options }),
    );
    return finished(groups === 1 ? outputs[0]! : tfjs.concat(outputs, 3));
  };
}

/** Activations by the library's names, of which each of its backends has the same few; `isFusable` says which nodes are such. */
function fusedActivation(node: GraphNode | null) {
  switch (node?.operator) {
    case undefined:
      return {};
    case 'LeakyRelu':
      return { activation: 'leakyrelu', leakyreluAlpha: floatOf(node!, 'alpha', 0.01) } as const;
    case 'Clip':
      return { activation: 'relu6' } as const;
    case 'Sigmoid':
      return { activation: 'sigmoid' } as const;
    default:
      return { activation: 'relu' } as const;
  }
}

interface FilterForm {
  /** Of the axes that kernels have in the graph. */
  readonly order: readonly number[];
  readonly isTurned: boolean;
  readonly groups?: number;
  /** Of a depthwise convolution, which has one filter. */
  readonly channels?: number;
}

/** @returns `[rows, columns, inputs, outputs]` for each group; `[rows, columns, channels, multiplier]` when depthwise. */
function keptFilters({ inputs }: GraphNode, { constant, keep, tfjs }: LoadContext, form: FilterForm): Tensor4D[] {
  const { channels, groups = 1, isTurned, order } = form;
  const weights = constant(inputs[1])!;
  const [first, second, rows, columns] = weights.shape as [number, number, number, number];
  const shape: [number, number, number, number] =
    channels === undefined
      ? [first / groups, second, rows, columns]
      : [channels, (first * second) / channels, rows, columns];
  return Array.from({ length: groups }, (_, group) =>
    keep(`${inputs[1]} as filter ${group} ${JSON.stringify(form)}`, () =>
      tfjs.tidy(() => {
        const kernels = tfjs.tensor4d(partOf(floatsIn(weights), groups, group), shape);
        return tfjs.transpose(isTurned ? tfjs.reverse(kernels, [2, 3]) : kernels, [...order]);
      }),
    ),
  );
}

function keptBiases({ inputs }: GraphNode, { constant, keep, tfjs }: LoadContext, groups: number) {
  const bias = constant(inputs[2]);
  return Array.from({ length: groups }, (_, group) =>
    bias === undefined
      ? undefined
      : keep(`${inputs[2]} as bias ${group} of ${groups}`, () =>
          // A copy: plain JavaScript computes with the array that it is given.
          tfjs.tensor1d(partOf(floatsIn(bias), groups, group).slice()),
        ),
  );
}

function partOf(floats: Float32Array, groups: number, group: number): Float32Array {
  const length = floats.length / groups;
  return floats.subarray(group * length, (group + 1) * length);
}
