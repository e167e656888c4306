import type { GraphNode } from './graph.js';
import { integerOf, integersOf } from './graph.js';
import { mapsOf, type NodeInput, required, type ShapeRule } from './shape-rule.js';
import { type AxisWindow, windowsOf } from './window.js';

/** Convolution and pooling: windows that slide over maps of any number of axes. */
export const sliding =
  (channelsOf: (node: GraphNode, inputs: readonly NodeInput[]) => number): ShapeRule =>
  (node, inputs) => {
    const { type, shape } = mapsOf(node, inputs);
    const [batch, , ...lengths] = shape;
    const size = (length: number, { kernel, stride, before, after }: AxisWindow) =>
      Math.floor((length + before + after - kernel) / stride) + 1;
    const windows = windowsOf(node, inputs, lengths.length);
    const sizes = windows.map((window, axis) => size(lengths[axis]!, window));
    return [{ type, shape: [batch!, channelsOf(node, inputs), ...sizes] }];
  };

/** Transposed convolution. */
export const transposed: ShapeRule = (node, inputs) => {
  const { type, shape } = mapsOf(node, inputs);
  const [batch, , ...lengths] = shape;
  const weights = required(node, inputs, 1).shape;
  const extra = integersOf(
    node,
    'output_padding',
    lengths.map(() => 0),
  );
  const sizes = windowsOf(node, inputs, lengths.length).map(
    ({ kernel, stride, before, after }, axis) => (lengths[axis]! - 1) * stride + kernel - before - after + extra[axis]!,
  );
  return [{ type, shape: [batch!, weights[1]! * integerOf(node, 'group', 1), ...sizes] }];
};

/** Pooling of whole maps. */
export const pooled: ShapeRule = (node, inputs) => {
  const { type, shape } = mapsOf(node, inputs);
  return [{ type, shape: shape.map((size, axis) => (axis < 2 ? size : 1)) }];
};

/**
 * Blocks of cells that become channels, or channels that become blocks.
 *
 * @param inverse from cells to channels.
 */
export const blocks =
  (inverse: boolean): ShapeRule =>
  (node, inputs) => {
    const { type, shape } = mapsOf(node, inputs, 2);
    const size = integerOf(node, 'blocksize', 1);
    const [batch, channels, height, width] = shape as [number, number, number, number];
    const sizes = inverse
      ? [channels * size * size, height / size, width / size]
      : [channels / (size * size), height * size, width * size];
    return [{ type, shape: [batch, ...sizes] }];
  };
