import type { Tensor } from '@tensorflow/tfjs-core';
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

/** A tensor's shape in the order of the graph. */
export function graphShape({ shape }: Tensor, layout: Layout): number[] {
  return layout === 'graph' ? [...shape] : GRAPH_FROM_LAST.map((place) => shape[place]!);
}

/** The order in which an operation takes all of its inputs: channels last when one of them is, and all can be. */
export function commonLayout(names: readonly string[], context: LoadContext): Layout {
  const isMap = names.some((name) => context.layoutOf(name) === 'channelsLast');
  return isMap && names.every((name) => context.rankOf(name) <= 4) ? 'channelsLast' : 'graph';
}
