import type { MapRegion, Region } from '../geometry/region.js';
import type { TileOffers } from '../geometry/reuse/tile-offer.js';
import type { Holder, Reuse } from '../scheduling/reuse/tile-reuse.js';
import type { SimulatedStrategy } from '../scheduling/strategies/strategy.js';

export interface SentTask {
  readonly frame: string;
  readonly tile: number;
  readonly generation: number;
  readonly attempt: number;
  readonly source: string;
  readonly strategy: SimulatedStrategy;
  readonly reuse: Reuse;
}

export interface SentResult {
  readonly frame: string;
  readonly tile: number;
  readonly generation: number;
  readonly attempt: number;
  readonly device: string;
  readonly waitMs: number;
  readonly transferMs: number;
  readonly overlapMs: number;
  readonly computeMs: number;
  readonly inputBytes: number;
  readonly overlapBytes: number;
  readonly controlBytes: number;
  readonly macs: number;
}

export interface SentSlice {
  readonly frame: string;
  readonly slice: number;
  readonly layer: number;
  readonly generation: number;
  readonly attempt: number;
  readonly source: string;
  readonly output: Region;
  readonly publish: readonly Region[];
}

export interface SentRows {
  readonly frame: string;
  readonly slice: number;
  readonly layer: number;
  readonly generation: number;
  readonly attempt: number;
  readonly device: string;
  readonly waitMs: number;
  readonly computeMs: number;
  readonly taskBytes: number;
  readonly macs: number;
}

/** How long the bodies are that nodes send. Whoever starts a simulation asks the real encoders. */
export interface BodySizes {
  /** @param input of the picture, as it travels with the task. */
  task(task: SentTask, input: Region): number;
  result(result: SentResult): number;
  /** A region of a frame's letterboxed picture. */
  picture(frame: string, region: Region): number;
  strips(there: readonly MapRegion[], missing: readonly MapRegion[]): number;
  offerNotice(holder: Holder, offers: TileOffers): number;
  offeredStrips(device: string, offers: TileOffers): number;
  slice(task: SentSlice, pieces: readonly Region[]): number;
  rows(result: SentRows, rows: readonly Region[]): number;
}
