import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { AxisWindow } from '../../../graph/window.js';
import { sliceOf } from '../layout.js';
import type { Operation } from '../operation.js';
import type { Tfjs } from '../tfjs-backend.js';

/** The windows of a node along both axes; pads may be negative, which cuts cells off. */
export interface MapWindows {
  readonly rows: AxisWindow;
  readonly columns: AxisWindow;
}

/** Makes an operation on one feature map. */
export function onMap(name: string, run: (map: Tensor4D) => Tensor): Operation {
  const layout = 'channelsLast';
  return { reads: [{ name, layout }], layout, run: ([map]) => [run(map as Tensor4D)] };
}

/**
 * Whether the windows pad, and as the library does by `same` on every backend. Windows of one cell are not among them: `same` makes
 * WASM take the slower way.
 */
export function isSamePadded({ rows, columns }: MapWindows): boolean {
  const isPadded = rows.before > 0 || columns.before > 0;
  const isSame = [rows, columns].every(
    ({ after, before, kernel, stride }) => stride === 1 && before === after && 2 * before === kernel - 1,
  );
  return isPadded && isSame;
}

/**
 * Surrounds a map by hand, for windows that pad otherwise: the backends differ in what they take of it, and none pads with minus
 * infinity.
 *
 * @throws RangeError for a map without room for one window, of which TensorFlow.js would make maps of negative size.
 */
export function surround(tfjs: Tfjs, map: Tensor4D, { rows, columns }: MapWindows, value: number): Tensor4D {
  const pads = [rows.before, rows.after, columns.before, columns.after] as const;
  const more = pads.map((cells) => Math.max(0, cells)) as [number, number, number, number];
  const isLarger = more.some((cells) => cells > 0);
  const around: [number, number][] = [
    [0, 0],
    [more[0], more[1]],
    [more[2], more[3]],
    [0, 0],
  ];
  const larger = isLarger ? tfjs.pad(map, around, value) : map;
  const [, height, width, channels] = larger.shape;
  const [top, bottom, left, right] = pads.map((cells) => Math.max(0, -cells)) as [number, number, number, number];
  const size = [height - top - bottom, width - left - right] as const;
  if (size[0] < rows.kernel || size[1] < columns.kernel) {
    throw new RangeError(`${size[0]}x${size[1]} cells are less than a window of ${rows.kernel}x${columns.kernel}`);
  }
  const isSmaller = top + bottom + left + right > 0;
  return isSmaller ? (sliceOf(tfjs, larger, [0, top, left, 0], [1, ...size, channels]) as Tensor4D) : larger;
}

/** The cells of a map that windows of one cell take, from the first on: pooled, since the library's slices with steps take longer. */
export function everyNth(tfjs: Tfjs, map: Tensor4D, strides: readonly [number, number]): Tensor4D {
  if (strides.every((stride) => stride === 1)) return tfjs.clone(map);
  return tfjs.maxPool(map, 1, [...strides], 'valid');
}
