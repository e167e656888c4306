import type { FeatureBlock, InferenceEngine, LoadedGraph } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { SIDES, type Side } from '../geometry/neighbours.js';
import { isEmptyRegion, type Region } from '../geometry/region.js';
import { type CutStep, cutMacs, cutTile, type Strip, stripsOf, type TileCut } from '../geometry/tile-cut.js';
import { type OfferedRegion, type OffersToTile, offersOfTile } from '../geometry/tile-offer.js';
import type { Network, NetworkWeights } from '../model/network.js';
import { normaliseBytes } from '../tensor/normalise.js';
import { cropRegion, padBlock, paddedShape, placeRegion, regionShape, valuesOf } from '../tensor/planes.js';

/** A tile to run, cut by what its neighbours offer. */
export interface TileJob {
  /** Row * columns + column. */
  readonly tileId: number;
  /** What neighbours offer and is there. */
  readonly offers: OffersToTile;
  /** Bytes of the cut's input region of the letterboxed picture, `[3, height, width]`; none when it is empty. */
  readonly input: Uint8Array;
  /** Values of the cut's strips, `[channels, height, width]` each, in the order of `stripsOf`. */
  readonly strips: readonly Float32Array[];
  /** Sides where a neighbour can still use something of this tile. */
  readonly keepFor: readonly Side[];
}

/** What a tile that ran keeps for one neighbour at one segment input. */
export interface KeptStrip extends OfferedRegion {
  readonly data: Float32Array;
}

export interface TileRun {
  /** The tile's share of the fused stack's output, `[channels, height, width]`. */
  readonly output: FeatureBlock;
  readonly kept: readonly KeptStrip[];
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
      await engine.load({
        name: `layers ${firstLayer} to ${endLayer - 1}`,
        firstLayer,
        layers: network.layers.slice(firstLayer, endLayer),
        weights,
        padding: 'caller',
      }),
    );
  }

  return {
    async run(job) {
      const cut = cutTile(plan, job.tileId, job.offers);
      const strips = matchStrips(plan, cut, job.strips);
      const keep = keptRegions(plan, cut, job.keepFor);
      const kept: KeptStrip[] = [];
      let computed = cutInput(network, plan, cut, job.input);
      for (const step of cut.steps) {
        const block = assemble(plan, step, computed, strips);
        for (const { side, segment, region } of keep) {
          if (segment !== step.segment.index) continue;
          kept.push({ side, segment, data: cropRegion(block.data, block.shape.channels, step.input, region) });
        }
        computed = await graphs[step.segment.index]!.run(padded(network, step, block));
      }
      return { output: computed, kept, macs: cutMacs(plan, cut) };
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

function matchStrips(plan: FtpPlan, cut: TileCut, values: readonly Float32Array[]): ReadonlyMap<Strip, Float32Array> {
  const strips = stripsOf(cut);
  requireSize(cut.tileId, 'list of strips', values.length, strips.length);
  return new Map(
    strips.map((strip, i) => {
      const wanted = valuesOf(regionShape(plan.maps[strip.map]!.channels, strip.region));
      requireSize(cut.tileId, `strip of tile ${strip.producer}`, values[i]!.length, wanted);
      return [strip, values[i]!];
    }),
  );
}

function requireSize(tileId: number, what: string, got: number, wanted: number): void {
  if (got === wanted) return;
  throw new DeepThingsError('DT_TILE_INPUT', `tile ${tileId} needs an ${what} of ${wanted} values, got ${got}`);
}

/** A segment's input: what was computed for it and the strips, which cover it exactly once. */
function assemble(
  plan: FtpPlan,
  { segment, input, computed, strips }: CutStep,
  block: FeatureBlock,
  values: ReadonlyMap<Strip, Float32Array>,
): FeatureBlock {
  if (strips.length === 0) return block;
  const { channels } = plan.maps[segment.firstLayer]!;
  const shape = regionShape(channels, input);
  const data = new Float32Array(valuesOf(shape));
  if (!isEmptyRegion(computed)) placeRegion(data, channels, input, block.data, computed);
  for (const strip of strips) placeRegion(data, channels, input, values.get(strip)!, strip.region);
  return { data, shape };
}

function keptRegions(plan: FtpPlan, cut: TileCut, sides: readonly Side[]): (OfferedRegion & { region: Region })[] {
  const offers = offersOfTile(plan, cut, sides);
  return SIDES.flatMap((side) =>
    (offers[side]?.regions ?? []).flatMap((region, segment) =>
      isEmptyRegion(region) ? [] : [{ side, segment, region }],
    ),
  );
}

function padded(network: Network, { segment, padding }: CutStep, block: FeatureBlock): FeatureBlock {
  const outside = network.layers[segment.firstLayer]!.kind === 'maxpool' ? Number.NEGATIVE_INFINITY : 0;
  return { data: padBlock(block.data, block.shape, padding, outside), shape: paddedShape(block.shape, padding) };
}
