import type { LayerGeometry } from './layer.js';
import { type Region, regionArea } from './region.js';

/**
 * Multiply-accumulates of layers that compute the given regions, whatever the reason why they compute just these.
 *
 * @param layers n layers.
 * @param regions n + 1 regions by map: layer l computes `regions[l + 1]`; `regions[0]` is given, not computed.
 */
export function macsOfRegions(layers: readonly LayerGeometry[], regions: readonly Region[]): number {
  return layers.reduce((macs, layer, index) => macs + layer.macsPerCell * regionArea(regions[index + 1]!), 0);
}

/** Multiply-accumulates of untiled layers: every output cell once, also those that no later layer looks at. */
export function neededMacs(layers: readonly LayerGeometry[]): number {
  return layers.reduce((macs, layer) => macs + layer.macsPerCell * layer.output.height * layer.output.width, 0);
}
