import { loadGraphTiles, type MapBlock } from '../../server/compute/graph-tiles.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { type Grid, tileCount, tilePosition, tileShare } from '../../server/geometry/grid.js';
import { wholeMap } from '../../server/geometry/region.js';
import type { GraphCut, Tileable } from '../../server/graph/cuts.js';
import type { Graph } from '../../server/graph/graph.js';
import { segmentStage } from '../../server/graph/tiles/graph-segments.js';
import { stageOf } from '../../server/graph/tiles/stage.js';
import { placeRegion } from '../../server/tensor/planes.js';

export const mapOf = (graph: Graph, name: string) => {
  const [, channels, height, width] = graph.values.get(name)!.shape as [number, number, number, number];
  return { channels, height, width };
};

/** Runs the values of a cut on the whole picture, and in tiles that are merged; how far these are apart, value by value. */
export async function compareTiled(
  engine: InferenceEngine,
  graph: Graph,
  { cut, grid, local, picture }: { cut: GraphCut; grid: Grid; local: Tileable['local']; picture: Float32Array },
) {
  const [input] = graph.inputs as [string];
  const shape = mapOf(graph, input);
  const stage = segmentStage(stageOf(graph, local, cut));
  const whole = await engine.loadGraph!({
    ...graph,
    nodes: stage.nodes.map(({ node }) => node),
    outputs: cut.values,
    constants: new Map(
      [...graph.constants].filter(([name]) => stage.nodes.some(({ node }) => node.inputs.includes(name))),
    ),
  });
  const right = await whole.run(new Map([[input, { shape: graph.values.get(input)!.shape, data: picture }]]));
  await whole.release();
  const tiles = await loadGraphTiles(engine, stage);
  const merged = new Map(
    cut.values.map((name) => {
      const { channels, height, width } = mapOf(graph, name);
      return [name, new Float32Array(channels * height * width).fill(Number.NaN)];
    }),
  );
  let macs = 0;
  const inputs = new Map<string, MapBlock>([[input, { region: wholeMap(shape), data: picture }]]);
  for (let id = 0; id < tileCount(grid); id++) {
    const position = tilePosition(grid, id);
    const shares = new Map(cut.values.map((name) => [name, tileShare(grid, mapOf(graph, name), position)]));
    const run = await tiles.run(inputs, shares);
    macs += run.macs;
    for (const [name, { data, region }] of run.values) {
      const map = mapOf(graph, name);
      placeRegion(merged.get(name)!, map.channels, wholeMap(map), data, region);
    }
  }
  await tiles.release();
  const differences = cut.values.map((name) => {
    const expected = right.get(name)!.data as Float32Array;
    const got = merged.get(name)!;
    let [difference, largest] = [0, 0];
    for (const [i, value] of expected.entries()) {
      const apart = Math.abs(value - got[i]!);
      if (!(apart <= difference)) difference = apart;
      largest = Math.max(largest, Math.abs(value));
    }
    return { name, difference, largest };
  });
  return { differences, macs, segments: stage.segments.length };
}
