import { loadGraphTiles, runInTiles } from '../../server/compute/graph-tiles.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import type { Grid } from '../../server/geometry/grid.js';
import { wholeMap } from '../../server/geometry/region.js';
import type { GraphCut, Tileable } from '../../server/graph/cuts.js';
import type { Graph } from '../../server/graph/graph.js';
import { segmentStage } from '../../server/graph/tiles/graph-segments.js';
import { partOf } from '../../server/graph/tiles/rest.js';
import { stageOf } from '../../server/graph/tiles/stage.js';

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
  const stage = segmentStage(stageOf(graph, local, cut));
  const nodes = stage.nodes.map(({ node }) => node);
  const whole = await engine.loadGraph!(partOf(graph, nodes, graph.inputs, cut.values));
  const right = await whole.run(new Map([[input, { shape: graph.values.get(input)!.shape, data: picture }]]));
  await whole.release();
  const tiles = await loadGraphTiles(engine, stage);
  const inputs = new Map([[input, { region: wholeMap(mapOf(graph, input)), data: picture }]]);
  const { macs, values } = await runInTiles(tiles, { graph, cut, grid }, inputs);
  await tiles.release();
  const differences = cut.values.map((name) => {
    const expected = right.get(name)!.data as Float32Array;
    const got = values.get(name)!.data as Float32Array;
    let [difference, largest] = [0, 0];
    for (const [i, value] of expected.entries()) {
      const apart = Math.abs(value - got[i]!);
      if (!(apart <= difference)) difference = apart;
      largest = Math.max(largest, Math.abs(value));
    }
    return { name, difference, largest };
  });
  return { differences, macs };
}
