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

/** The windows of a convolution, of a transposed one (there they lie on the output), or of pooling. */
export function windowOf(
  node: GraphNode,
  inputs: readonly (TensorShape | null)[],
): { readonly rows: AxisWindow; readonly columns: AxisWindow } {
  const kernel = integersOf(node, 'kernel_shape', inputs[1]?.shape.slice(2) ?? [1, 1]);
  const strides = integersOf(node, 'strides', [1, 1]);
  const dilations = integersOf(node, 'dilations', [1, 1]);
  const pads = integersOf(node, 'pads', [0, 0, 0, 0]);
  const axis = (i: 0 | 1): AxisWindow => ({
    kernel: dilations[i]! * (kernel[i]! - 1) + 1,
    stride: strides[i]!,
    before: pads[i]!,
    after: pads[i + 2]!,
  });
  return { rows: axis(0), columns: axis(1) };
}
