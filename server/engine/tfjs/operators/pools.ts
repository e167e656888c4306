import type { Tensor4D } from '@tensorflow/tfjs-core';
import { integerOf, integersOf } from '../../../graph/graph.js';
import { type AxisWindow, windowOf } from '../../../graph/window.js';
import type { LoadOperation } from '../operation.js';
import type { Tfjs } from '../tfjs-backend.js';
import { everyNth, isSamePadded, type MapWindows, onMap, surround } from './map-windows.js';

export const maxPool: LoadOperation = (node, { tfjs }) => {
  const windows = windowOf(node, []);
  const dilations = integersOf(node, 'dilations', [1, 1]);
  const [kernel, strides] = sizesOf(windows);
  const isSame = isSamePadded(windows);
  if (dilations.some((dilation) => dilation > 1)) {
    return onMap(node.inputs[0]!, (map) =>
      dilatedMaximum(tfjs, surround(tfjs, map, windows, Number.NEGATIVE_INFINITY), windows, dilations),
    );
  }
  return onMap(node.inputs[0]!, (map) =>
    isSame
      ? tfjs.maxPool(map, kernel, strides, 'same')
      : tfjs.maxPool(surround(tfjs, map, windows, Number.NEGATIVE_INFINITY), kernel, strides, 'valid'),
  );
};

/** The largest cells of windows with gaps, which the library pools at stride 1 only: first down, then across. */
function dilatedMaximum(tfjs: Tfjs, map: Tensor4D, windows: MapWindows, dilations: readonly number[]): Tensor4D {
  return [windows.rows, windows.columns].reduce((before, { kernel, stride }, axis) => {
    const size = before.shape[1 + axis]!;
    const windowsOnAxis = Math.floor((size - kernel) / stride) + 1;
    const cells = (kernel - 1) / dilations[axis]! + 1;
    const steps = [1, 1, 1, 1].with(1 + axis, stride);
    const shifted = Array.from({ length: cells }, (_, cell) => {
      const begin = [0, 0, 0, 0].with(1 + axis, cell * dilations[axis]!);
      const end = before.shape.with(1 + axis, begin[1 + axis]! + (windowsOnAxis - 1) * stride + 1);
      return tfjs.stridedSlice(before, begin, end, steps) as Tensor4D;
    });
    return shifted.reduce((most, one) => tfjs.maximum(most, one));
  }, map);
}

export const averagePool: LoadOperation = (node, { tfjs }) => {
  const windows = windowOf(node, []);
  const [kernel, strides] = sizesOf(windows);
  const isPadded = [windows.rows, windows.columns].some(({ after, before }) => after > 0 || before > 0);
  const countsPadding = integerOf(node, 'count_include_pad', 0) === 1;
  const isOneCell = kernel[0] === 1 && kernel[1] === 1;
  const pool = (map: Tensor4D) => {
    const padded = surround(tfjs, map, windows, 0);
    // WASM refuses to pool one cell.
    return isOneCell ? everyNth(tfjs, padded, strides) : tfjs.avgPool(padded, kernel, strides, 'valid');
  };
  if (!isPadded || countsPadding) return onMap(node.inputs[0]!, pool);
  return onMap(node.inputs[0]!, (map) => {
    const [, height, width] = map.shape;
    // The share of each window that is on the map.
    return tfjs.div(pool(map), pool(tfjs.ones([1, height, width, 1])));
  });
};

function sizesOf({ rows, columns }: MapWindows): readonly [[number, number], [number, number]] {
  const pair = (of: (axis: AxisWindow) => number): [number, number] => [of(rows), of(columns)];
  return [pair(({ kernel }) => kernel), pair(({ stride }) => stride)];
}
