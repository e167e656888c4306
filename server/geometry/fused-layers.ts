import { DeepThingsError } from '../errors.js';
import type { LayerGeometry } from './layer.js';
import { checkLayerChain } from './layer-chain.js';
import type { MapShape } from './region.js';

/** The first layers of a network, which the devices execute, however they are cut. Plain frozen data. */
export interface FusedLayers {
  /** Number of fused layers. */
  readonly depth: number;
  /** The fused layers, 0 to depth - 1. */
  readonly layers: readonly LayerGeometry[];
  /** Maps 0 to depth: map 0 is the input, map l + 1 the output of layer l. */
  readonly maps: readonly MapShape[];
}

/**
 * Takes the first `depth` layers and checks that they can be fused.
 *
 * @param layers each feeding the next; those from `depth` on are not looked at.
 * @param depth 1 to `layers.length`.
 * @throws DeepThingsError `DT_PLAN_DEPTH`, and `DT_PLAN_LAYERS` and `DT_PLAN_PADDING` (see `checkLayerChain`).
 */
export function fuseLayers(layers: readonly LayerGeometry[], depth: number): FusedLayers {
  checkDepth(layers, depth);
  const fused = Object.freeze(layers.slice(0, depth).map(frozenLayer));
  checkLayerChain(fused);
  return Object.freeze({
    depth,
    layers: fused,
    maps: Object.freeze([fused[0]!.input, ...fused.map((layer) => layer.output)]),
  });
}

function frozenLayer(layer: LayerGeometry): LayerGeometry {
  return Object.freeze({
    kernel: layer.kernel,
    stride: layer.stride,
    padBefore: layer.padBefore,
    input: Object.freeze({ ...layer.input }),
    output: Object.freeze({ ...layer.output }),
    macsPerCell: layer.macsPerCell,
  });
}

function checkDepth(layers: readonly LayerGeometry[], depth: number): void {
  if (layers.length === 0) {
    throw new DeepThingsError(
      'DT_PLAN_LAYERS',
      'Expected at least one layer to fuse, got none. Use a model that starts with convolutions or max pooling.',
    );
  }
  if (!Number.isSafeInteger(depth) || depth < 1 || depth > layers.length) {
    throw new DeepThingsError(
      'DT_PLAN_DEPTH',
      `Expected a fused depth from 1 to ${layers.length}, the number of layers that can be fused, got ${depth}. ` +
        'Choose a depth in that range.',
    );
  }
}
