import type { InferenceEngine, LoadedNetwork, Tensor } from '../engine/inference-engine.js';
import { DeepThingsError } from '../errors.js';
import { type Grid, tileCount } from '../geometry/grid.js';
import { type Region, regionHeight, regionWidth, wholeMap } from '../geometry/region.js';
import type { GraphCut } from '../graph/cuts.js';
import { elementCount, type Graph } from '../graph/graph.js';
import { sharesOf } from '../graph/tiles/choose-cut.js';
import type { SegmentedStage } from '../graph/tiles/graph-segments.js';
import { type SegmentGraph, segmentGraph } from '../graph/tiles/segment-graph.js';
import { type SegmentRead, type TileStep, tileSteps } from '../graph/tiles/tile-steps.js';
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
   * @param shares of the cut's values that the tile computes.
   * @returns those shares, and the multiply-accumulates that they took.
   */
  run(
    inputs: ReadonlyMap<string, MapBlock>,
    shares: ReadonlyMap<string, Region>,
  ): Promise<{ readonly values: ReadonlyMap<string, MapBlock>; readonly macs: number }>;
  release(): Promise<void>;
}

/** @throws DeepThingsError `DT_ENGINE_LOAD` when the engine cannot run graphs. */
export async function loadGraphTiles(engine: InferenceEngine, stage: SegmentedStage): Promise<GraphTiles> {
  const { loadGraph, name } = engine;
  if (loadGraph === null) throw new DeepThingsError('DT_ENGINE_LOAD', `${name} runs layers only: take onnxruntime`);
  const loaded: { readonly network: LoadedNetwork; readonly segment: SegmentGraph }[] = [];
  for (const segment of stage.segments) {
    const made = segmentGraph(stage, segment);
    loaded.push({ network: await loadGraph(made.graph, { anySize: true }), segment: made });
  }
  return {
    async run(inputs, shares) {
      const blocks = new Map(inputs);
      let macs = 0;
      for (const step of tileSteps(stage, shares)) {
        const { network, segment } = loaded[step.segment.index]!;
        const outputs = await network.run(inputsOf(stage, segment, step, blocks));
        for (const { block, region, value } of step.writes) {
          const data = outputs.get(value)!.data as Float32Array;
          blocks.set(value, { region, data: cropped(data, channelsOf(stage, value), block, region) });
        }
        macs += step.macs;
      }
      // A map of fewer cells than tiles has none for some of them.
      const values = [...shares.keys()].flatMap((name): [string, MapBlock][] => {
        const block = blocks.get(name);
        return block === undefined ? [] : [[name, block]];
      });
      return { values: new Map(values), macs };
    },
    async release() {
      for (const { network } of loaded) await network.release();
    },
  };
}

/**
 * Runs every tile of a grid, one after another, and merges them.
 *
 * @returns the cut's values, whole, and the multiply-accumulates of all tiles.
 */
export async function runInTiles(
  tiles: GraphTiles,
  { graph, cut, grid }: { readonly graph: Graph; readonly cut: GraphCut; readonly grid: Grid },
  inputs: ReadonlyMap<string, MapBlock>,
): Promise<{ readonly values: ReadonlyMap<string, Tensor>; readonly macs: number }> {
  const merged = new Map(
    cut.values.map((name): [string, { shape: readonly number[]; data: Float32Array }] => {
      const { shape } = graph.values.get(name)!;
      return [name, { shape, data: new Float32Array(elementCount(shape)) }];
    }),
  );
  let macs = 0;
  for (let tileId = 0; tileId < tileCount(grid); tileId++) {
    const run = await tiles.run(inputs, sharesOf(graph, cut, grid, tileId));
    macs += run.macs;
    for (const [name, { data, region }] of run.values) {
      const { data: whole, shape } = merged.get(name)!;
      const [, channels, height, width] = shape as [number, number, number, number];
      placeRegion(whole, channels, wholeMap({ channels, height, width }), data, region);
    }
  }
  return { values: merged, macs };
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
  { padding, region }: SegmentRead,
  from: MapBlock | undefined,
  channels: number,
  fill: number,
): Tensor {
  const around = paddedRegion(region, padding);
  const shape = [1, channels, regionHeight(around), regionWidth(around)];
  const data = new Float32Array(channels * regionHeight(around) * regionWidth(around));
  if (fill !== 0) data.fill(fill);
  if (from !== undefined) placeRegion(data, channels, around, from.data, from.region, region);
  return { shape, data };
}

function cropped(data: Float32Array, channels: number, block: Region, region: Region): Float32Array {
  const isWhole = regionWidth(block) === regionWidth(region) && regionHeight(block) === regionHeight(region);
  return isWhole ? data : cropRegion(data, channels, block, region);
}

function channelsOf({ graph }: SegmentedStage, value: string): number {
  return graph.values.get(value)!.shape[1]!;
}
