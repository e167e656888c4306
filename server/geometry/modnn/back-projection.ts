import { EMPTY_REGION, type Interval, isEmptyRegion, NO_PADDING, type Padding, type Region } from '../region.js';
import type { LayerGeometry } from './layer.js';

/** The part of a layer that places its windows. */
export type SlidingWindow = Pick<LayerGeometry, 'kernel' | 'stride' | 'padBefore'>;

/** A range of a map, and how many cells beyond the map's ends its windows reach. */
export interface PaddedInterval extends Interval {
  readonly before: number;
  readonly after: number;
}

/** A rectangle of a map, and the padding to put around it. */
export interface PaddedRegion {
  readonly region: Region;
  readonly padding: Padding;
}

const EMPTY_INTERVAL: PaddedInterval = Object.freeze({ start: 0, end: 0, before: 0, after: 0 });
const EMPTY_PADDED_REGION: PaddedRegion = Object.freeze({ region: EMPTY_REGION, padding: NO_PADDING });

/**
 * The columns (or rows) of a layer's input that some of its output needs:
 *
 *     [o0*S - P, (o1-1)*S - P + K)  clamped to [0, inputSize)
 *
 *     input          0                       inputSize
 *              . . . +-----------------------+
 *     needed   [before][ start ...... end )
 *
 * What the clamp cuts off is the padding of that side. Paper section IV.A: equation (1) for K odd and P = floor(K/2),
 * equation (2) for K = S and P = 0, in half-open form. An empty output needs an empty input, by rule.
 *
 * @param window padding on a side is smaller than the kernel, so that every window has a cell on the map.
 * @param inputSize width (or height) of the layer's input map, in cells.
 * @param output within the layer's output map.
 */
export function inputInterval(window: SlidingWindow, inputSize: number, output: Interval): PaddedInterval {
  if (output.end <= output.start) {
    return EMPTY_INTERVAL;
  }
  const first = output.start * window.stride - window.padBefore;
  const last = (output.end - 1) * window.stride - window.padBefore + window.kernel;
  const start = Math.max(0, first);
  const end = Math.min(inputSize, last);
  return Object.freeze({ start, end, before: start - first, after: last - end });
}

/**
 * The region of a layer's input map that a region of its output map needs, and the explicit padding around it
 * (zeros for a convolution, minus infinity for max pooling). A block of that region with that padding, run without
 * padding, yields exactly `output`. Paper section IV.A, `Traversal` of Algorithm 1.
 *
 * @param output within `layer.output`; an empty one needs the empty region and no padding.
 */
export function inputRegion(layer: LayerGeometry, output: Region): PaddedRegion {
  if (isEmptyRegion(output)) {
    return EMPTY_PADDED_REGION;
  }
  const columns = inputInterval(layer, layer.input.width, { start: output.x0, end: output.x1 });
  const rows = inputInterval(layer, layer.input.height, { start: output.y0, end: output.y1 });
  return Object.freeze({
    region: Object.freeze({ x0: columns.start, x1: columns.end, y0: rows.start, y1: rows.end }),
    padding: Object.freeze({ top: rows.before, bottom: rows.after, left: columns.before, right: columns.after }),
  });
}
