import { keptStrips, roomForStrips } from '../../server/compute/kept-strips.js';
import { loadRemainingGraph } from '../../server/compute/remaining-graph.js';
import { loadTileExecutor, type Normalise, type TileJob } from '../../server/compute/tile-executor.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { relativeDifference } from '../../server/evaluation/measure/map-difference.js';
import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import { wholeMap } from '../../server/geometry/region.js';
import { oppositeSide, SIDES } from '../../server/geometry/reuse/neighbours.js';
import { cutTile, type TileCut } from '../../server/geometry/reuse/tile-cut.js';
import {
  type OfferedRegion,
  type OffersToTile,
  offersOfTile,
  offersToTile,
  type TileOffers,
  withoutRegions,
} from '../../server/geometry/reuse/tile-offer.js';
import type { Graph } from '../../server/graph/graph.js';
import { partOf } from '../../server/graph/part.js';
import { TILES_AHEAD } from '../../server/scheduling/device/device-pace.js';
import { cropRegion, placeRegion, valuesOf } from '../../server/tensor/planes.js';

export interface TiledCase {
  readonly plan: FtpPlan;
  /** The picture's bytes, `[channels, height, width]`. */
  readonly picture: Uint8Array;
  readonly normalise: Normalise;
  /** In which tiles run; by id when absent. */
  readonly order?: readonly number[];
  /** Which offered regions are seen; none when absent. */
  readonly isSeen?: () => boolean;
  /** Runs the graph whole, where that is another engine. */
  readonly reference?: InferenceEngine;
  /** Whether a strip that a tile counts on is lost in the end; none when absent. */
  readonly isLost?: () => boolean;
  /** Whether a strip is asked for by its place among the tiles that ran before. */
  readonly isFromBefore?: () => boolean;
}

/**
 * Runs the maps that a plan hands over in tiles that are merged, what is behind them on these maps, and all of it on the whole
 * picture: how far these are apart, map by map and output by output.
 */
export async function compareTiled(engine: InferenceEngine, one: TiledCase) {
  const { plan, picture, normalise, reference = engine } = one;
  const { graph, values } = plan.stage;
  const right = await runWhole(reference, graph, values, normalise(picture, plan.maps[0]!));
  const { macs, merged, strips } = await runTiles(engine, one);
  const rest = await loadRemainingGraph(engine, plan.stage);
  const outputs = await rest.run(merged);
  await rest.release();
  return {
    macs,
    strips,
    maps: values.map((name, i) => ({ name, difference: relativeDifference(merged[i]!, right.get(name)!.data) })),
    outputs: outputs.map(({ data, name }) => ({ name, difference: relativeDifference(data, right.get(name)!.data) })),
  };
}

export async function runWhole(engine: InferenceEngine, graph: Graph, values: readonly string[], data: Float32Array) {
  const [input] = graph.inputs as [string];
  const wanted = [...new Set([...values, ...graph.outputs])];
  const network = await engine.loadGraph(partOf(graph, graph.nodes, graph.inputs, wanted));
  const outputs = await network.run(new Map([[input, { shape: graph.values.get(input)!.shape, data }]]));
  await network.release();
  return outputs;
}

/** Runs the tiles of a plan one after another. `merged` are the maps that it hands over, whole; NaN where no tile put anything. */
export async function runTiles(engine: InferenceEngine, one: TiledCase) {
  const { plan, picture, normalise, order = plan.tiles.map(({ tileId }) => tileId), isFromBefore = () => false } = one;
  const shape = plan.maps[0]!;
  const executor = await loadTileExecutor(engine, plan, normalise);
  const merged = plan.outputs.map((map) => new Float32Array(valuesOf(plan.maps[map]!)).fill(Number.NaN));
  const offersOf = new Map<number, TileOffers>();
  const kept = new Map<string, Float32Array>();
  let [macs, strips] = [0, 0];
  for (const [place, tileId] of order.entries()) {
    const { cut, offers } = decide(one, tileId, offersOf);
    const sources = cut.strips.map(({ map, producer, side }): TileJob['strips'][number] => {
      const before = place - order.indexOf(producer);
      if (before <= TILES_AHEAD && isFromBefore()) return before;
      const data = kept.get(`${producer}/${oppositeSide(side)}/${map}`)!;
      return { region: offers[side]!.regions[map]!, data };
    });
    // Memory that is larger than needed and has something else in it.
    const keepIn = roomForStrips(plan, cut, SIDES, (bytes) => usedBuffer(bytes + 4 * (tileId % 7)));
    const input = cropRegion(picture, shape.channels, wholeMap(shape), cut.input);
    const run = await executor.run({ tileId, offers, input, strips: sources, keepIn });
    for (const { side, map, data } of keptStrips(plan, cut, keepIn)) kept.set(`${tileId}/${side}/${map}`, data);
    offersOf.set(tileId, offersOfTile(plan, cut));
    for (const [i, map] of plan.outputs.entries()) {
      const whole = plan.maps[map]!;
      placeRegion(merged[i]!, whole.channels, wholeMap(whole), run.outputs[i]!, plan.tiles[tileId]!.shares[i]!);
    }
    macs += run.macs;
    strips += cut.strips.length;
  }
  await executor.release();
  return { macs, merged, strips };
}

/** Decides, finds strips lost, decides again, until every strip that is counted on is there. */
function decide(
  { plan, isSeen = () => false, isLost = () => false }: TiledCase,
  tileId: number,
  offersOf: ReadonlyMap<number, TileOffers>,
): { readonly cut: TileCut; readonly offers: OffersToTile } {
  const all = offersToTile(plan, tileId, (producer) => offersOf.get(producer) ?? null);
  const unseen = SIDES.flatMap((side) =>
    (all[side]?.regions ?? []).flatMap((_, map): OfferedRegion[] => (isSeen() ? [] : [{ side, map }])),
  );
  let offers = withoutRegions(plan, all, unseen);
  const found = new Set<string>();
  for (;;) {
    const cut = cutTile(plan, tileId, offers);
    const fetched = cut.strips.filter(({ map, side }) => !found.has(`${side}${map}`));
    const lost = fetched.filter(isLost);
    for (const { map, side } of fetched) found.add(`${side}${map}`);
    if (lost.length === 0) return { cut, offers };
    offers = withoutRegions(plan, offers, lost);
  }
}

function usedBuffer(bytes: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes);
  new Uint8Array(buffer).fill(0xff);
  return buffer;
}
