import { loadGraphTiles, runInTiles } from '../../../compute/graph-tiles.js';
import type { InferenceEngine, Tensor } from '../../../engine/inference-engine.js';
import { DeepThingsError } from '../../../errors.js';
import { formatGrid, parseGrid } from '../../../geometry/grid.js';
import { wholeMap } from '../../../geometry/region.js';
import { tileable } from '../../../graph/cuts.js';
import type { Graph } from '../../../graph/graph.js';
import { chooseCut } from '../../../graph/tiles/choose-cut.js';
import { segmentStage } from '../../../graph/tiles/graph-segments.js';
import { restOf } from '../../../graph/tiles/rest.js';
import { stageOf } from '../../../graph/tiles/stage.js';
import { plainText } from '../../terminal/terminal.js';

/**
 * Runs a graph in tiles up to its cheapest cut, and what follows whole, and compares the outputs with those of the whole graph.
 *
 * @throws DeepThingsError `DT_PLAN_NONE` when nothing of it can be computed in tiles, `DT_GRID_INVALID`.
 */
export async function checkTiles(
  engine: InferenceEngine,
  graph: Graph,
  picture: Tensor,
  right: ReadonlyMap<string, Tensor>,
  gridText: string,
) {
  const grid = parseGrid(gridText);
  const parts = tileable(graph);
  const chosen = chooseCut(graph, parts, grid);
  if (chosen === null) {
    throw new DeepThingsError(
      'DT_PLAN_NONE',
      `no part of ${graph.name} can be computed in tiles: ${parts.barriers[0]?.why}`,
    );
  }
  const { cut, tileMacs } = chosen;
  const stage = segmentStage(stageOf(graph, parts.local, cut));
  const tiles = await loadGraphTiles(engine, stage);
  const [, channels, height, width] = picture.shape as [number, number, number, number];
  const whole = { region: wholeMap({ channels, height, width }), data: picture.data as Float32Array };
  const inputs = new Map([[graph.inputs[0]!, whole]]);
  const { macs, values } = await runInTiles(tiles, { stage, cut, grid, reuse: true }, inputs);
  await tiles.release();
  const rest = restOf(stage);
  const outputs = rest.nodes.length === 0 ? values : await runRest(engine, rest, values, picture);
  const difference = Math.max(...graph.outputs.map((name) => relativeDifference(right.get(name)!, outputs.get(name)!)));
  const share = parts.macs === 0 ? 0 : cut.macs / parts.macs;
  const times = (one: number) => `${(one / cut.macs).toFixed(2)} times`;
  const text =
    `in ${formatGrid(grid)} tiles up to ${cut.after.operator} "${plainText(cut.after.name)}" (${Math.round(100 * share)} % of the work), ` +
    `then whole: outputs within ${difference.toExponential(0)} of their largest values; the tiles compute ${times(macs)} what the whole ` +
    `does with reuse, ${times(tileMacs)} without`;
  const overhead = { withReuse: macs / cut.macs, withoutReuse: tileMacs / cut.macs };
  return { grid: formatGrid(grid), cut: cut.after.name, share, difference, overhead, text };
}

async function runRest(engine: InferenceEngine, rest: Graph, values: ReadonlyMap<string, Tensor>, picture: Tensor) {
  const network = await engine.loadGraph(rest);
  try {
    const outputs = await network.run(new Map(rest.inputs.map((name) => [name, values.get(name) ?? picture])));
    return new Map([...values, ...outputs]);
  } finally {
    await network.release();
  }
}

/** The largest difference of two outputs as a share of the first one's largest value. */
function relativeDifference({ data: expected }: Tensor, { data: got }: Tensor): number {
  let [difference, largest] = [0, 1e-6];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(Number(expected[i]) - Number(got[i])));
    largest = Math.max(largest, Math.abs(Number(expected[i])));
  }
  return difference / largest;
}
