import type { FtpPlan } from './ftp-plan.js';
import { type MapShape, type Region, regionArea, wholeMap } from './region.js';
import type { SegmentedStage } from './segments.js';
import { tilePeakBytes, untiledPeakBytes } from './tile-memory.js';

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
  /** Largest feature-map memory at any moment, F32; see `tilePeakBytes`. */
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

/**
 * What a plan costs, in computation, transfer and memory, when nothing is reused.
 */
export function planCost(plan: FtpPlan, widths: SentBytes): PlanCost {
  const tiles = Object.freeze(plan.tiles.map((tile) => tileCost(plan, tile.tileId, widths)));
  return Object.freeze({
    tiles,
    macs: total(tiles, (tile) => tile.macs),
    neededMacs: plan.stage.macs,
    frameBytes: regionBytes(wholeMap(plan.maps[0]!), plan.maps[0]!, widths.inputBytesPerValue),
    inputBytes: total(tiles, (tile) => tile.inputBytes),
    outputBytes: total(tiles, (tile) => tile.outputBytes),
    peakBytes: tiles.reduce((peak, tile) => Math.max(peak, tile.peakBytes), 0),
    untiledPeakBytes: untiledPeakBytes(plan.stage),
  });
}

/** Bytes of a region of a map, all channels. */
export function regionBytes(region: Region, { channels }: MapShape, bytesPerValue: number): number {
  return channels * regionArea(region) * bytesPerValue;
}

/** Bytes of regions of the maps that a plan hands over, in their order. */
export function outputsBytes(
  { maps, outputs }: Pick<FtpPlan, 'maps' | 'outputs'>,
  regions: readonly Region[],
  bytesPerValue: number,
): number {
  return outputs.reduce((sum, map, i) => sum + regionBytes(regions[i]!, maps[map]!, bytesPerValue), 0);
}

/** Multiply-accumulates of a stage's nodes that compute these regions, by the stage's `work`. */
export function macsOfRegions({ work }: SegmentedStage, regions: readonly Region[]): number {
  let macs = 0;
  for (let i = 0; i < work.length; i++) macs += work[i]!.macsPerCell * regionArea(regions[i]!);
  return macs;
}

function tileCost(plan: FtpPlan, tileId: number, widths: SentBytes): TileCost {
  const { computes, regions, shares } = plan.tiles[tileId]!;
  return Object.freeze({
    tileId,
    macs: macsOfRegions(plan.stage, computes),
    inputBytes: regionBytes(regions[0]!, plan.maps[0]!, widths.inputBytesPerValue),
    outputBytes: outputsBytes(plan, shares, widths.outputBytesPerValue),
    peakBytes: tilePeakBytes(plan.stage, shares),
  });
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
