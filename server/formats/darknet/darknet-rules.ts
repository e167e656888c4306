import type { LocalAvgPoolLayer, MaxPoolLayer, ReorgLayer } from './layers.js';

/** Slope of Darknet's leaky activation below zero. */
export const LEAKY_SLOPE = 0.1;

/** Cells around a map. */
interface PoolingPads {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * Darknet's pooling pads floor(total / 2) before and as much after as its last window needs. Libraries round the number
 * of windows down, and so must be given exactly that.
 */
export function poolingPads(layer: MaxPoolLayer | LocalAvgPoolLayer): PoolingPads {
  const { input, output, size, stride, totalPadding } = layer;
  const before = Math.floor(totalPadding / 2);
  const after = (cells: number, windows: number) => Math.max(0, (windows - 1) * stride + size - before - cells);
  return {
    top: before,
    left: before,
    bottom: after(input.height, output.height),
    right: after(input.width, output.width),
  };
}

/**
 * Darknet's reorg. It is no space-to-depth of the `[c, h, w]` map: with d = c / s², Darknet reads the same numbers as a
 * map `[d, h * s, w * s]`, takes that one's s x s blocks apart into `[s * s * d, h, w]`, and calls the result
 * `[c * s², h / s, w / s]`. So out[(oy * s + ox) * d + k][y][x] = in[k][y * s + oy][x * s + ox], on those shapes: the
 * numbers seen as `[k, y, oy, x, ox]` (`blocks`), the axes taken in this order.
 */
export const REORG_ORDER = [2, 4, 0, 1, 3] as const;

/** @returns the shape `[k, y, oy, x, ox]` that the numbers of a reorg's input have. */
export function reorgBlocks({ stride, input }: ReorgLayer): readonly [number, number, number, number, number] {
  return [input.channels / (stride * stride), input.height, stride, input.width, stride];
}
