import type { FtpPlan } from './ftp-plan.js';
import { type LayerGeometry, macsOfRegions, neededMacs } from './layer.js';
import { type MapShape, type Padding, type Region, regionArea, regionHeight, regionWidth, wholeMap } from './region.js';
import { segmentSteps } from './segment-steps.js';

/** How wide values are when tiles travel: U8 = 1, F16 = 2, F32 = 4. */
export interface SentBytes {
  readonly inputBytesPerValue: number;
  readonly outputBytesPerValue: number;
}

/** Cost of one tile when it reuses nothing. */
export interface TileCost {
  readonly tileId: number;
  /** Multiply-accumulates. */
  readonly macs: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Largest feature-map memory at any moment, F32; see `planCost`. */
  readonly peakBytes: number;
}

export interface PlanCost {
  /** By `tileId`. */
  readonly tiles: readonly TileCost[];
  /** Multiply-accumulates of all tiles. */
  readonly macs: number;
  /** Multiply-accumulates of the untiled stack: every output cell of every layer once. */
  readonly neededMacs: number;
  /** The whole input map once. */
  readonly frameBytes: number;
  /** Inputs of all tiles. */
  readonly inputBytes: number;
  /** Outputs of all tiles: the fused stack's output map once. */
  readonly outputBytes: number;
  /** Of the tile that needs most. */
  readonly peakBytes: number;
  /** Of the untiled stack. */
  readonly untiledPeakBytes: number;
}

/** The engine takes F32, whatever travels. */
const ENGINE_BYTES_PER_VALUE = 4;

/**
 * What a plan costs, in computation, transfer and memory, when nothing is reused.
 *
 * Peak memory counts feature maps only, not weights or an engine's scratch space: of a tile, the most of
 * (a) any layer's input (padded, at the start of a segment) and output, and (b) a block and its padded copy; of the
 * untiled stack, the most of any layer's input and output map. Paper section V, memory footprint.
 */
export function planCost(plan: FtpPlan, widths: SentBytes): PlanCost {
  const tiles = Object.freeze(plan.tiles.map((tile) => tileCost(plan, tile.tileId, widths)));
  return Object.freeze({
    tiles,
    macs: total(tiles, (tile) => tile.macs),
    neededMacs: neededMacs(plan.layers),
    frameBytes: regionBytes(wholeMap(plan.maps[0]!), plan.maps[0]!, widths.inputBytesPerValue),
    inputBytes: total(tiles, (tile) => tile.inputBytes),
    outputBytes: total(tiles, (tile) => tile.outputBytes),
    peakBytes: tiles.reduce((peak, tile) => Math.max(peak, tile.peakBytes), 0),
    untiledPeakBytes: untiledPeakBytes(plan.layers),
  });
}

/** Bytes of a region of a map, all channels. */
export function regionBytes(region: Region, { channels }: MapShape, bytesPerValue: number): number {
  return channels * regionArea(region) * bytesPerValue;
}

function tileCost(plan: FtpPlan, tileId: number, widths: SentBytes): TileCost {
  const { regions } = plan.tiles[tileId]!;
  return Object.freeze({
    tileId,
    macs: macsOfRegions(plan.layers, regions),
    inputBytes: regionBytes(regions[0]!, plan.maps[0]!, widths.inputBytesPerValue),
    outputBytes: regionBytes(regions[plan.depth]!, plan.maps[plan.depth]!, widths.outputBytesPerValue),
    peakBytes: tilePeakBytes(plan, tileId),
  });
}

function tilePeakBytes(plan: FtpPlan, tileId: number): number {
  const { regions } = plan.tiles[tileId]!;
  const blockBytes = regions.map((region, map) => regionBytes(region, plan.maps[map]!, ENGINE_BYTES_PER_VALUE));
  let peak = 0;
  for (const { segment, input, padding } of segmentSteps(plan, tileId)) {
    const { firstLayer, endLayer } = segment;
    const paddedBytes = plan.maps[firstLayer]!.channels * paddedArea(input, padding) * ENGINE_BYTES_PER_VALUE;
    if (paddedBytes > blockBytes[firstLayer]!) {
      peak = Math.max(peak, blockBytes[firstLayer]! + paddedBytes);
    }
    for (let layer = firstLayer; layer < endLayer; layer++) {
      const inputBytes = layer === firstLayer ? paddedBytes : blockBytes[layer]!;
      peak = Math.max(peak, inputBytes + blockBytes[layer + 1]!);
    }
  }
  return peak;
}

function untiledPeakBytes(layers: readonly LayerGeometry[]): number {
  const bytes = (map: MapShape) => regionBytes(wholeMap(map), map, ENGINE_BYTES_PER_VALUE);
  return layers.reduce((peak, layer) => Math.max(peak, bytes(layer.input) + bytes(layer.output)), 0);
}

function paddedArea(region: Region, { top, bottom, left, right }: Padding): number {
  return (regionHeight(region) + top + bottom) * (regionWidth(region) + left + right);
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
