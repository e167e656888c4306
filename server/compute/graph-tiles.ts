import type { InferenceEngine, LoadedNetwork, Tensor } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import { type Grid, tileCount } from '../geometry/grid.js';
import { isEmptyRegion, type Region, regionHeight, regionWidth, wholeMap } from '../geometry/region.js';
import { neighbourAt, SIDES } from '../geometry/reuse/neighbours.js';
import type { GraphCut } from '../graph/cuts.js';
import { elementCount, type Graph } from '../graph/graph.js';
import { sharesOf } from '../graph/tiles/choose-cut.js';
import type { SegmentedStage } from '../graph/tiles/graph-segments.js';
import { cutByOffers, offerTo } from '../graph/tiles/offers.js';
import { type SegmentGraph, segmentGraph } from '../graph/tiles/segment-graph.js';
import {
  type GraphStrip,
  type SegmentRead,
  type TileStep,
  type TileWalk,
  walkBack,
} from '../graph/tiles/tile-steps.js';
import { cropRegion, paddedRegion, placeRegion } from '../tensor/planes.js';

/** Values of a region of a feature map, `[channels, height, width]`. */
export interface MapBlock {
  readonly region: Region;
  readonly data: Float32Array;
}

/** Runs tiles of a graph's stage: an engine call for each segment, on blocks put together and padded by hand. */
export interface GraphTiles {
  /**
   * @param inputs of the graph, whole or in part, by name; each contains what the tile needs.
   * @param blockOf a block that contains a strip.
   * @returns what the tile has of each materialised value, by name.
   */
  run(
    inputs: ReadonlyMap<string, MapBlock>,
    walk: TileWalk,
    blockOf: (strip: GraphStrip) => MapBlock,
  ): Promise<ReadonlyMap<string, MapBlock>>;
  release(): Promise<void>;
}

/** @throws DeepThingsError `DT_ENGINE_LOAD` when the engine cannot run the stage. */
export async function loadGraphTiles(engine: InferenceEngine, stage: SegmentedStage): Promise<GraphTiles> {
  const loaded: { readonly network: LoadedNetwork; readonly segment: SegmentGraph }[] = [];
  for (const segment of stage.segments) {
    const made = segmentGraph(stage, segment);
    loaded.push({ network: await engine.loadGraph(made.graph, { anySize: true }), segment: made });
  }
  return {
    async run(inputs, walk, blockOf) {
      const blocks = new Map([...inputs, ...blocksOfStrips(stage, walk, blockOf)]);
      for (const step of walk.steps) {
        const { network, segment } = loaded[step.segment.index]!;
        const outputs = await network.run(inputsOf(stage, segment, step, blocks));
        for (const { block, region, value } of step.writes) {
          const channels = channelsOf(stage, value);
          const data = blockData(outputs.get(value)!, { segment: segment.graph.name, value, channels, block });
          const there = blocks.get(value);
          if (there !== undefined) placeRegion(there.data, channels, there.region, data, block, region);
          else blocks.set(value, { region, data: cropped(data, channels, block, region) });
        }
      }
      return blocks;
    },
    async release() {
      for (const { network } of loaded) await network.release();
    },
  };
}

/** @throws DeepThingsError `DT_ENGINE_RUN` when the engine puts out another block than was computed: nothing foreign may be merged. */
function blockData(
  { data, shape }: Tensor,
  { segment, value, channels, block }: { segment: string; value: string; channels: number; block: Region },
): Float32Array {
  const expected = [1, channels, regionHeight(block), regionWidth(block)];
  if (`${shape}` === `${expected}`) return data as Float32Array;
  const detail = `expected ${value} of [${expected.join(', ')}], got [${shape.join(', ')}]`;
  throw new DeepThingsError('DT_ENGINE_RUN', `${segment}: ${detail}`);
}

/** Blocks of the values of which neighbours have a part, with that part in its place. */
function blocksOfStrips(
  stage: SegmentedStage,
  { held, strips }: TileWalk,
  blockOf: (strip: GraphStrip) => MapBlock,
): ReadonlyMap<string, MapBlock> {
  const blocks = new Map<string, MapBlock>();
  for (const strip of strips) {
    const { region: taken, value } = strip;
    const channels = channelsOf(stage, value);
    const region = held.get(value)!;
    const values = channels * regionHeight(region) * regionWidth(region);
    const block = blocks.get(value) ?? { region, data: new Float32Array(values) };
    const from = blockOf(strip);
    placeRegion(block.data, channels, region, from.data, from.region, taken);
    blocks.set(value, block);
  }
  return blocks;
}

export interface TiledRun {
  /** The cut's values, whole. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** Multiply-accumulates of all tiles. */
  readonly macs: number;
}

/** Runs every tile of a grid, one after another, each with what its neighbours that have run keep for it, and merges them. */
export async function runInTiles(
  tiles: GraphTiles,
  { cut, grid, reuse, stage }: { stage: SegmentedStage; cut: GraphCut; grid: Grid; reuse: boolean },
  inputs: ReadonlyMap<string, MapBlock>,
): Promise<TiledRun> {
  const merged = new MergedMaps(stage.graph, cut.values);
  const done = new Map<number, { readonly walk: TileWalk; readonly blocks: ReadonlyMap<string, MapBlock> }>();
  let macs = 0;
  for (let tileId = 0; tileId < tileCount(grid); tileId++) {
    const shares = sharesOf(stage.graph, cut, grid, tileId);
    const neighbours = SIDES.flatMap((side) => {
      const other = done.get(neighbourAt(grid, tileId, side) ?? -1);
      return other === undefined || !reuse ? [] : [[side, other] as const];
    });
    const offers = neighbours.map(([side, { walk }]) => [side, offerTo(stage, walk.held, shares, side)] as const);
    const walk = walkBack(stage, shares, cutByOffers(Object.fromEntries(offers)));
    const from = new Map(neighbours);
    const blocks = await tiles.run(inputs, walk, ({ side, value }) => from.get(side)!.blocks.get(value)!);
    done.set(tileId, { walk, blocks });
    merged.place(shares, blocks);
    macs += walk.macs;
  }
  return { values: merged.maps, macs };
}

/** Whole maps, put together of tiles' shares. */
export class MergedMaps {
  readonly #maps: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

  constructor(graph: Graph, values: readonly string[]) {
    this.#maps = new Map(
      values.map((name) => {
        const { shape } = graph.values.get(name)!;
        return [name, { shape, data: new Float32Array(elementCount(shape)) }];
      }),
    );
  }

  get maps(): ReadonlyMap<string, Tensor> {
    return this.#maps;
  }

  /** A map of fewer cells than tiles has none for some of them. */
  place(shares: ReadonlyMap<string, Region>, blocks: ReadonlyMap<string, MapBlock>): void {
    for (const [name, share] of shares) {
      const block = blocks.get(name);
      if (block === undefined || isEmptyRegion(share)) continue;
      const { data, shape } = this.#maps.get(name)!;
      const [, channels, height, width] = shape as [number, number, number, number];
      placeRegion(data, channels, wholeMap({ channels, height, width }), block.data, block.region, share);
    }
  }
}

function inputsOf(
  stage: SegmentedStage,
  { fillOf, inputOf }: SegmentGraph,
  { reads }: TileStep,
  blocks: ReadonlyMap<string, MapBlock>,
): ReadonlyMap<string, Tensor> {
  const inputs = new Map<string, Tensor>();
  for (const read of reads) {
    const name = inputOf(read.reader, read.value);
    if (inputs.has(name)) continue;
    inputs.set(name, paddedBlock(read, blocks.get(read.value), channelsOf(stage, read.value), fillOf(read.reader)));
  }
  return inputs;
}

/** @param from undefined where all of it is padding. */
function paddedBlock(
  { padding, region, value }: SegmentRead,
  from: MapBlock | undefined,
  channels: number,
  fill: number,
): Tensor {
  const around = paddedRegion(region, padding);
  const shape = [1, channels, regionHeight(around), regionWidth(around)];
  const data = new Float32Array(channels * regionHeight(around) * regionWidth(around));
  if (fill !== 0) data.fill(fill);
  if (isEmptyRegion(region)) return { shape, data };
  if (from === undefined) throw new TypeError(`${value} is read before it is computed`);
  placeRegion(data, channels, around, from.data, from.region, region);
  return { shape, data };
}

function cropped(data: Float32Array, channels: number, block: Region, region: Region): Float32Array {
  const isWhole = regionWidth(block) === regionWidth(region) && regionHeight(block) === regionHeight(region);
  return isWhole ? data : cropRegion(data, channels, block, region);
}

function channelsOf({ graph }: SegmentedStage, value: string): number {
  return graph.values.get(value)!.shape[1]!;
}
