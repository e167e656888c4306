import type { InferenceEngine } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { containsRegion, isEmptyRegion, type MapShape, type Region } from '../geometry/region.js';
import { oppositeSide } from '../geometry/reuse/neighbours.js';
import { cutTile, type Strip, type TileCut } from '../geometry/reuse/tile-cut.js';
import type { OffersToTile } from '../geometry/reuse/tile-offer.js';
import type { Graph } from '../graph/graph.js';
import { TILES_AHEAD } from '../scheduling/device/device-pace.js';
import { regionShape, valuesOf } from '../tensor/planes.js';
import { type KeptStrip, keptStrips, type StripRoom } from './kept-strips.js';
import { loadSegments } from './segment-networks.js';
import { TileMaps } from './tile-maps.js';

/** A tile to run, cut by what its neighbours offer. */
export interface TileJob {
  /** Row * columns + column. */
  readonly tileId: number;
  /** What neighbours offer and is there. */
  readonly offers: OffersToTile;
  /** Bytes of the cut's input region of the letterboxed picture, `[3, height, width]`; none when it is empty. */
  readonly input: Uint8Array;
  /** Where the values of the cut's strips are, in its order. */
  readonly strips: readonly (StripSource | TilesBefore)[];
  /** Where to keep what neighbours can use; null: nothing. */
  readonly keepIn: StripRoom | null;
}

/**
 * The tile that is run so many before this one keeps the strip, 1 for the one right before it, and was not done yet when
 * this job was made; at most `TILES_AHEAD`.
 */
export type TilesBefore = number;

/** Values of a region that holds a strip, `[channels, height, width]`. */
export interface StripSource {
  readonly region: Region;
  readonly data: Float32Array;
}

export interface TileRun {
  /** By output of the plan: the tile's share of that map, `[channels, height, width]`. */
  readonly outputs: readonly Float32Array[];
  /** Multiply-accumulates executed. */
  readonly macs: number;
}

/** Runs tiles of one FTP plan: a call of the engine for each segment, on blocks put together and padded by hand. */
export interface TileExecutor {
  /** @throws DeepThingsError `DT_TILE_INPUT` when the input or a strip is missing or has another size. */
  run(job: TileJob): Promise<TileRun>;
  release(): Promise<void>;
}

/** Makes the network's input of a picture's bytes, both `[3, height, width]`. */
export type Normalise = (bytes: Uint8Array, shape: MapShape) => Float32Array;

/** @param constants of the plan's graph; not kept, so that the plan may have them without their bytes.*/
export async function loadTileExecutor(
  engine: InferenceEngine,
  plan: FtpPlan,
  normalise: Normalise,
  constants: Graph['constants'] = plan.stage.graph.constants,
): Promise<TileExecutor> {
  const { stage } = plan;
  const networks = await loadSegments(engine, stage, constants);
  /** The latest first; null for one that failed. */
  const before: (TileBefore | null)[] = [];
  const maps = new TileMaps(stage);
  return {
    async run(job) {
      before.unshift(null);
      if (before.length > TILES_AHEAD + 1) before.pop();
      const cut = cutTile(plan, job.tileId, job.offers);
      const keep = keptStrips(plan, cut, job.keepIn);
      const picture = cutInput(plan, cut, job.input, normalise);
      maps.begin(cut.steps, keep);
      try {
        if (picture !== null) maps.add(0, cut.input, { data: picture, region: cut.input });
        addStrips(plan, cut, job.strips, before, maps);
        for (const step of cut.steps) {
          const outputs = await networks[step.segment.index]!.run(maps.inputsOf(step));
          maps.addOutputs(step, outputs);
        }
        before[0] = { tileId: job.tileId, kept: keep };
        const { shares } = plan.tiles[job.tileId]!;
        return { outputs: plan.outputs.map((map, i) => maps.take(map, shares[i]!)), macs: cut.macs };
      } finally {
        maps.clear();
      }
    },
    async release() {
      for (const network of networks) await network.release();
    },
  };
}

/** The normalised picture; null when strips stand in for all of it. */
function cutInput(plan: FtpPlan, cut: TileCut, input: Uint8Array, normalise: Normalise): Float32Array | null {
  const shape = regionShape(plan.maps[0]!.channels, cut.input);
  requireSize(cut.tileId, 'input', input.length, valuesOf(shape));
  return isEmptyRegion(cut.input) ? null : normalise(input, shape);
}

/** What a tile kept, for those that follow at once. */
interface TileBefore {
  readonly tileId: number;
  readonly kept: readonly KeptStrip[];
}

function addStrips(
  plan: FtpPlan,
  { strips, tileId }: TileCut,
  given: TileJob['strips'],
  before: readonly (TileBefore | null)[],
  maps: TileMaps,
): void {
  requireSize(tileId, 'list of strips', given.length, strips.length);
  for (const [i, strip] of strips.entries()) {
    const one = given[i]!;
    const source = typeof one === 'number' ? keptStrip(before[one], strip) : one;
    maps.add(strip.map, strip.region, requireCover(plan, tileId, strip, source));
  }
}

/** @returns null when that tile is another, or kept nothing there. */
function keptStrip(tile: TileBefore | null | undefined, strip: Strip): StripSource | null {
  const kept = tile?.tileId === strip.producer ? tile.kept : [];
  const side = oppositeSide(strip.side);
  return kept.find((one) => one.side === side && one.map === strip.map) ?? null;
}

function requireCover(plan: FtpPlan, tileId: number, strip: Strip, source: StripSource | null): StripSource {
  const { channels } = plan.maps[strip.map]!;
  if (source !== null && containsRegion(source.region, strip.region)) {
    requireSize(
      tileId,
      `strip of tile ${strip.producer}`,
      source.data.length,
      valuesOf(regionShape(channels, source.region)),
    );
    return source;
  }
  throw new DeepThingsError(
    'DT_TILE_INPUT',
    `tile ${tileId} needs a strip of tile ${strip.producer} that is not there`,
  );
}

function requireSize(tileId: number, what: string, got: number, wanted: number): void {
  if (got === wanted) return;
  throw new DeepThingsError('DT_TILE_INPUT', `tile ${tileId} needs an ${what} of ${wanted} values, got ${got}`);
}
