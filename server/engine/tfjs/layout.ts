import type { Tensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../../graph/graph.js';
import type { Layout, LoadContext } from './operation.js';
import type { Tfjs } from './tfjs-backend.js';

/** Axis i of the one order is this axis of the other. */
const LAST_FROM_GRAPH = [0, 2, 3, 1];
const GRAPH_FROM_LAST = [0, 3, 1, 2];

/** Changes the order of a tensor's axes. */
export function changeLayout(tfjs: Tfjs, tensor: Tensor, to: Layout): Tensor {
  if (to === 'graph') return tfjs.transpose(tensor, GRAPH_FROM_LAST);
  const ones = Array.from({ length: 4 - tensor.rank }, () => 1);
  return tfjs.transpose(tfjs.reshape(tensor, [...ones, ...tensor.shape]), LAST_FROM_GRAPH);
}

/** Where a graph's axis is in a tensor. @param axis negative ones count from the end. */
export function placeOf(axis: number, rank: number, layout: Layout): number {
  const positive = axis < 0 ? axis + rank : axis;
  return layout === 'graph' ? positive : GRAPH_FROM_LAST[positive]!;
}

/** Orders numbers that a graph has by axis as a tensor's axes are. */
export function byPlace<T>(numbers: readonly T[], layout: Layout): T[] {
  return layout === 'graph' ? [...numbers] : LAST_FROM_GRAPH.map((axis) => numbers[axis]!);
}

/** The order in which an operation takes all of its inputs: channels last when one of them is, and all can be. */
export function commonLayout(names: readonly string[], context: LoadContext): Layout {
  const isMap = names.some((name) => context.layoutOf(name) === 'channelsLast');
  return isMap && names.every((name) => context.rankOf(name) <= 4) ? 'channelsLast' : 'graph';
}

/** Takes a part of a tensor. WASM copies it in runs of the last axis, so axes that are taken whole are joined with those before. */
export function sliceOf(tfjs: Tfjs, x: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
  const isCut = (cells: number, axis: number) => cells !== x.shape[axis];
  const [first, last] = [size.findIndex(isCut), size.findLastIndex(isCut)];
  if (first === -1) return tfjs.clone(x);
  const [outer, inner] = [elementCount(x.shape.slice(0, first)), elementCount(x.shape.slice(last + 1))];
  const joined = (sizes: readonly number[], start: number) => [
    start,
    ...sizes.slice(first, last),
    sizes[last]! * inner,
  ];
  const part = tfjs.slice(tfjs.reshape(x, joined(x.shape, outer)), joined(begin, 0), joined(size, outer));
  return tfjs.reshape(part, [...size]);
}
