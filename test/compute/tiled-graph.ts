import { loadGraphTiles, type MapBlock, MergedMaps } from '../../server/compute/graph-tiles.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { type Grid, tileCount } from '../../server/geometry/grid.js';
import { wholeMap } from '../../server/geometry/region.js';
import { neighbourAt, SIDES, type Side } from '../../server/geometry/reuse/neighbours.js';
import type { GraphCut, Tileable } from '../../server/graph/cuts.js';
import type { Graph } from '../../server/graph/graph.js';
import { sharesOf } from '../../server/graph/tiles/choose-cut.js';
import { segmentStage } from '../../server/graph/tiles/graph-segments.js';
import { cutByOffers, type GraphOffer, offerTo } from '../../server/graph/tiles/offers.js';
import { partOf } from '../../server/graph/tiles/rest.js';
import { stageOf } from '../../server/graph/tiles/stage.js';
import { type TileWalk, walkBack } from '../../server/graph/tiles/tile-steps.js';

export const mapOf = (graph: Graph, name: string) => {
  const [, channels, height, width] = graph.values.get(name)!.shape as [number, number, number, number];
  return { channels, height, width };
};

export interface TiledCase {
  readonly cut: GraphCut;
  readonly grid: Grid;
  readonly local: Tileable['local'];
  readonly picture: Float32Array;
  /** In which tiles run; by id when absent. */
  readonly order?: readonly number[];
  /** Which offered regions are there; none when absent. */
  readonly isThere?: (producer: number, value: string) => boolean;
}

/**
 * Runs the values of a cut on the whole picture, and in tiles that are merged; how far these are apart, value by value.
 *
 * @param reference the engine that runs the whole.
 */
export async function compareTiled(engine: InferenceEngine, graph: Graph, one: TiledCase, reference = engine) {
  const { cut, grid, local, picture, isThere = () => false } = one;
  const order = one.order ?? Array.from({ length: tileCount(grid) }, (_, id) => id);
  const [input] = graph.inputs as [string];
  const stage = segmentStage(stageOf(graph, local, cut));
  const nodes = stage.nodes.map(({ node }) => node);
  const whole = await reference.loadGraph(partOf(graph, nodes, graph.inputs, cut.values));
  const right = await whole.run(new Map([[input, { shape: graph.values.get(input)!.shape, data: picture }]]));
  await whole.release();
  const tiles = await loadGraphTiles(engine, stage);
  const inputs = new Map([[input, { region: wholeMap(mapOf(graph, input)), data: picture }]]);
  const merged = new MergedMaps(graph, cut.values);
  const done = new Map<number, { walk: TileWalk; blocks: ReadonlyMap<string, MapBlock> }>();
  let [macs, strips] = [0, 0];
  for (const tileId of order) {
    const shares = sharesOf(graph, cut, grid, tileId);
    const offers: Partial<Record<Side, GraphOffer>> = {};
    for (const side of SIDES) {
      const producer = neighbourAt(grid, tileId, side);
      const other = producer === null ? undefined : done.get(producer);
      if (other === undefined) continue;
      const offer = offerTo(stage, other.walk.held, shares, side);
      offers[side] = new Map([...offer].filter(([value]) => isThere(producer!, value)));
    }
    const walk = walkBack(stage, shares, cutByOffers(offers));
    const blocks = await tiles.run(inputs, walk, ({ region, side, value }) => {
      const offered = offers[side]!.get(value)!;
      const held = done.get(neighbourAt(grid, tileId, side)!)!.blocks.get(value)!;
      // Only what was offered is there.
      if (region.x0 < offered.x0 || region.x1 > offered.x1 || region.y0 < offered.y0 || region.y1 > offered.y1) {
        throw new Error(`a strip of ${value} that was not offered`);
      }
      return held;
    });
    done.set(tileId, { walk, blocks });
    merged.place(shares, blocks);
    macs += walk.macs;
    strips += walk.strips.length;
  }
  await tiles.release();
  const differences = cut.values.map((name) => {
    const expected = right.get(name)!.data as Float32Array;
    const got = merged.maps.get(name)!.data as Float32Array;
    let [difference, largest] = [0, 0];
    for (const [i, value] of expected.entries()) {
      const apart = Math.abs(value - got[i]!);
      if (!(apart <= difference)) difference = apart;
      largest = Math.max(largest, Math.abs(value));
    }
    return { name, difference, largest };
  });
  return { differences, macs, strips };
}
