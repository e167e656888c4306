import { type GraphNode, integersOf, type TensorShape } from './graph.js';

/** The windows of a node along one axis. */
export interface AxisWindow {
  /** Cells from a window's first to its last, dilation included: D * (K - 1) + 1. */
  readonly kernel: number;
  readonly stride: number;
  /** Padding before the map (top or left) and after it. */
  readonly before: number;
  readonly after: number;
}

/** The windows of a convolution, of a transposed one (there they lie on the output), or of pooling, on feature maps. */
export function windowOf(
  node: GraphNode,
  inputs: readonly (TensorShape | null)[],
): { readonly rows: AxisWindow; readonly columns: AxisWindow } {
  const [rows, columns] = windowsOf(node, inputs, 2);
  return { rows: rows!, columns: columns! };
}

/** @param axes that follow the channels. */
export function windowsOf(
  node: GraphNode,
  inputs: readonly (TensorShape | null)[],
  axes: number,
): readonly AxisWindow[] {
  const all = (length: number, size: number) => Array.from({ length }, () => size);
  const kernel = integersOf(node, 'kernel_shape', inputs[1]?.shape.slice(2) ?? all(axes, 1));
  const strides = integersOf(node, 'strides', all(axes, 1));
  const dilations = integersOf(node, 'dilations', all(axes, 1));
  const pads = integersOf(node, 'pads', all(2 * axes, 0));
  return all(axes, 0).map((_, axis) => ({
    kernel: dilations[axis]! * (kernel[axis]! - 1) + 1,
    stride: strides[axis]!,
    before: pads[axis]!,
    after: pads[axis + axes]!,
  }));
}
