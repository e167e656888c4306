import type { Bands } from '../geometry/gang/bands.js';
import type { GangPlanName } from '../geometry/gang/gang-plan.js';
import type { MapRegion, MapShape, Region } from '../geometry/region.js';
import type { TileOffers } from '../geometry/reuse/tile-offer.js';
import type { ComputedTile } from '../scheduling/device/computed-tile.js';
import type { BlockKey, ComputedBlock } from '../scheduling/gang/block-times.js';
import type { Holder, Reuse } from '../scheduling/reuse/tile-reuse.js';
import type { StrategyName } from '../scheduling/strategies/strategy.js';
import type { TaskKey } from '../scheduling/task-key.js';

export interface SentTask extends TaskKey {
  readonly source: string;
  readonly strategy: StrategyName;
  readonly reuse: Reuse;
}

export interface SentBlock extends BlockKey {
  readonly strategy: StrategyName;
  readonly bands: Bands;
  readonly members: readonly Holder[];
  /** The score that boxes exceed; null where blocks of maps are handed over. */
  readonly boxesAbove: number | null;
}

/** What a member of a gang hands over: regions of the gang plan's output maps, or a number of boxes. */
export type HandedOver = readonly MapRegion[] | number;

/** How long the bodies are that nodes send. Whoever starts a simulation asks the real encoders. */
export interface BodySizes {
  /** @param input of the picture, as it travels with the task. */
  task(task: SentTask, input: Region): number;
  result(result: ComputedTile): number;
  /** A region of a frame's letterboxed picture. */
  picture(frame: string, region: Region): number;
  strips(there: readonly MapRegion[], missing: readonly MapRegion[]): number;
  offerNotice(holder: Holder, offers: TileOffers): number;
  offeredStrips(device: string, offers: TileOffers): number;
  /** @param pictureBytes of the picture as submitted, or of the member's part of the letterboxed one. */
  block(task: SentBlock, pictureBytes: number): number;
  /** @param maps shapes of the gang plan's maps, by number. */
  blockResult(maps: readonly MapShape[], result: ComputedBlock, outputs: HandedOver): number;
  gangStrips(maps: readonly MapShape[], strips: readonly MapRegion[], gang: GangPlanName): number;
}
