import { inputRegion } from './back-projection.js';
import type { LayerGeometry } from './layer.js';
import { wholeMap } from './region.js';

/**
 * Consecutive layers that the engine runs in one call on one padded block, none of them padding on its own:
 * `firstLayer <= l < endLayer`. Its input is map `firstLayer`, its output map `endLayer`.
 *
 *     conv 3x3 | pool 2/2   conv 3x3   conv 1x1   conv 3x3 | ...
 *     \________ 0 _______/  \_______ 1 ________/  \___ 2 ___
 */
export interface Segment {
  readonly index: number;
  readonly firstLayer: number;
  readonly endLayer: number;
}

/**
 * Cuts a fused stack into segments: one starts at layer 0 and at every layer whose windows overlap (K > S) or that
 * has padding, and runs on through the layers that have neither. Neighbouring tiles overlap, and padding is put
 * around a block, at segment inputs only (design, section 6).
 */
export function segmentsOf(layers: readonly LayerGeometry[]): readonly Segment[] {
  const starts = layers.flatMap((layer, index) => (index === 0 || hasHalo(layer) || hasPadding(layer) ? [index] : []));
  return Object.freeze(
    starts.map((firstLayer, index) =>
      Object.freeze({ index, firstLayer, endLayer: starts[index + 1] ?? layers.length }),
    ),
  );
}

/** Neighbouring windows share input cells, so neighbouring tiles do. */
function hasHalo(layer: LayerGeometry): boolean {
  return layer.kernel > layer.stride;
}

/** The padding after the map follows from the declared output size: (out-1)*S - P + K - in, where positive. */
function hasPadding(layer: LayerGeometry): boolean {
  const { top, bottom, left, right } = inputRegion(layer, wholeMap(layer.output)).padding;
  return top > 0 || bottom > 0 || left > 0 || right > 0;
}
