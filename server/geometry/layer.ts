import { type MapShape, type Region, regionArea } from './region.js';

/**
 * What the geometry needs to know of a layer: a square window that slides over the map. Convolution and pooling are
 * the same to it.
 */
export interface LayerGeometry {
  /** Window size K, both axes. */
  readonly kernel: number;
  /** Stride S, both axes. */
  readonly stride: number;
  /** Padding P before the map (left and top). What is needed after it follows from the output size. */
  readonly padBefore: number;
  readonly input: MapShape;
  readonly output: MapShape;
  /** Multiply-accumulates for one output cell, all output channels together; 0 for pooling. */
  readonly macsPerCell: number;
}

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
