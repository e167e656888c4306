import type { FeatureBlock, InferenceEngine } from '../engine/inference-engine.js';
import { type LoadedGraph, loadLayers } from '../engine/load-layers.js';
import { DeepThingsError } from '../errors.js';
import type { NetworkWeights } from '../formats/darknet/layers.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { containsRegion, isEmptyRegion, type Region } from '../geometry/region.js';
import { oppositeSide } from '../geometry/reuse/neighbours.js';
import { type CutStep, cutTile, type Strip, type TileCut } from '../geometry/reuse/tile-cut.js';
import type { OffersToTile } from '../geometry/reuse/tile-offer.js';
import type { Network } from '../model/network.js';
import { TILES_AHEAD } from '../scheduling/device/device-pace.js';
import { normaliseBytes } from '../tensor/normalise.js';
import { cropRegion, paddedRegion, placeRegion, regionShape, valuesOf } from '../tensor/planes.js';
import { type KeptStrip, keptStrips, type StripRoom } from './kept-strips.js';

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
  /** The tile's share of the fused stack's output, `[channels, height, width]`. */
  readonly output: FeatureBlock;
  /** Multiply-accumulates executed. */
  readonly macs: number;
}

/** Runs tiles of one FTP plan: a call of the engine for each segment, on a block put together and padded by hand. */
export interface TileExecutor {
  /** @throws DeepThingsError `DT_TILE_INPUT` when the input or a strip is missing or has another size. */
  run(job: TileJob): Promise<TileRun>;
  release(): Promise<void>;
}

export async function loadTileExecutor(
  engine: InferenceEngine,
  network: Network,
  weights: NetworkWeights,
  plan: FtpPlan,
): Promise<TileExecutor> {
  const graphs: LoadedGraph[] = [];
  for (const { firstLayer, endLayer } of plan.segments) {
    graphs.push(
      await loadLayers(engine, {
        name: `layers ${firstLayer} to ${endLayer - 1}`,
        firstLayer,
        layers: network.layers.slice(firstLayer, endLayer),
        weights,
        padding: 'caller',
      }),
    );
  }

  /** By segment; used again for each tile: fresh memory costs more than what is computed on it in a small tile. */
  const blocks: Float32Array[] = plan.segments.map(() => new Float32Array(0));
  const blockFor = (segment: number, values: number) => {
    if (blocks[segment]!.length < values) blocks[segment] = new Float32Array(values);
    return blocks[segment]!.subarray(0, values);
  };
  /** The latest first; null for one that failed. */
  const before: (TileBefore | null)[] = [];
  return {
    async run(job) {
      before.unshift(null);
      if (before.length > TILES_AHEAD + 1) before.pop();
      const cut = cutTile(plan, job.tileId, job.offers);
      const strips = matchStrips(plan, cut, job.strips, before);
      const keep = keptStrips(plan, cut, job.keepIn);
      let computed = cutInput(network, plan, cut, job.input);
      for (const step of cut.steps) {
        const block = assemble(network, plan, step, computed, { strips, blockFor });
        const blockRegion = paddedRegion(step.input, step.padding);
        for (const { segment, region, data } of keep) {
          if (segment !== step.segment.index) continue;
          cropRegion(block.data, block.shape.channels, blockRegion, region, data);
        }
        computed = await graphs[step.segment.index]!.run(block);
      }
      before[0] = { tileId: job.tileId, kept: keep };
      return { output: computed, macs: cut.macs };
    },
    async release() {
      for (const graph of graphs) await graph.release();
    },
  };
}

/** What the first step computes on: the normalised picture, or nothing when strips stand in for all of it. */
function cutInput(network: Network, plan: FtpPlan, cut: TileCut, input: Uint8Array): FeatureBlock {
  const shape = regionShape(plan.maps[0]!.channels, cut.input);
  requireSize(cut.tileId, 'input', input.length, valuesOf(shape));
  return { data: normaliseBytes(input, shape, network.preprocessing), shape };
}

/** What a tile kept, for those that follow at once. */
interface TileBefore {
  readonly tileId: number;
  readonly kept: readonly KeptStrip[];
}

function matchStrips(
  plan: FtpPlan,
  cut: TileCut,
  given: TileJob['strips'],
  before: readonly (TileBefore | null)[],
): ReadonlyMap<Strip, StripSource> {
  const strips = cut.strips;
  requireSize(cut.tileId, 'list of strips', given.length, strips.length);
  return new Map(
    strips.map((strip, i) => {
      const one = given[i]!;
      return [
        strip,
        requireCover(plan, cut.tileId, strip, typeof one === 'number' ? keptStrip(before[one], strip) : one),
      ];
    }),
  );
}

/** @returns null when that tile is another, or kept nothing there. */
function keptStrip(tile: TileBefore | null | undefined, strip: Strip): StripSource | null {
  const kept = tile?.tileId === strip.producer ? tile.kept : [];
  const side = oppositeSide(strip.side);
  return kept.find((one) => one.side === side && one.segment === strip.segment) ?? null;
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

/**
 * A segment's padded input: what was computed for it and the strips, which cover it exactly once, go straight to their
 * places on it. In many small tiles copying costs as much as computing.
 */
function assemble(
  network: Network,
  plan: FtpPlan,
  { segment, input, computed, padding, strips }: CutStep,
  block: FeatureBlock,
  parts: {
    readonly strips: ReadonlyMap<Strip, StripSource>;
    readonly blockFor: (segment: number, values: number) => Float32Array;
  },
): FeatureBlock {
  const { channels } = plan.maps[segment.firstLayer]!;
  const region = paddedRegion(input, padding);
  const shape = regionShape(channels, region);
  if (strips.length === 0 && valuesOf(shape) === block.data.length) return block;
  const data = parts.blockFor(segment.index, valuesOf(shape));
  data.fill(network.layers[segment.firstLayer]!.kind === 'maxpool' ? Number.NEGATIVE_INFINITY : 0);
  if (!isEmptyRegion(computed)) placeRegion(data, channels, region, block.data, computed);
  for (const strip of strips) {
    const source = parts.strips.get(strip)!;
    placeRegion<Float32Array>(data, channels, region, source.data, source.region, strip.region);
  }
  return { data, shape };
}
