import { loadRemainingGraph } from '../../../compute/remaining-graph.js';
import { runTiles } from '../../../compute/run-tiles.js';
import { loadTileExecutor, type Normalise } from '../../../compute/tile-executor.js';
import type { InferenceEngine, Tensor } from '../../../engine/inference-engine.js';
import { relativeDifference } from '../../../evaluation/measure/map-difference.js';
import { planGraph } from '../../../geometry/choose-cut.js';
import { formatGrid, parseGrid } from '../../../geometry/grid.js';
import { planCost } from '../../../geometry/plan-cost.js';
import type { Graph } from '../../../graph/graph.js';
import { plainText } from '../../terminal/terminal.js';

/**
 * Runs a graph in tiles up to its cheapest cut, and what follows whole, and compares the outputs with those of the whole graph.
 *
 * @param picture letterboxed, `[3, height, width]`.
 * @throws DeepThingsError `DT_PLAN_DEPTH` when nothing of it can be computed in tiles, `DT_GRID_INVALID`.
 */
export async function checkTiles(
  engine: InferenceEngine,
  graph: Graph,
  picture: Uint8Array,
  normalise: Normalise,
  right: ReadonlyMap<string, Tensor>,
  gridText: string,
) {
  const plan = planGraph(graph, 'auto', parseGrid(gridText));
  const executor = await loadTileExecutor(engine, plan, normalise);
  const { macs, merged } = await runTiles(executor, plan, picture).finally(() => executor.release());
  const remaining = await loadRemainingGraph(engine, plan.stage);
  const outputs = await remaining.run(merged).finally(() => remaining.release());
  const difference = Math.max(
    ...outputs.map((output) => relativeDifference(output.data, right.get(output.name)!.data)),
  );
  const { stage } = plan;
  const end = stage.nodes.at(-1)!.node;
  const share = stage.macs / Math.max(1, stage.macs + plan.remainingMacs);
  const cost = planCost(plan, { inputBytesPerValue: 1, outputBytesPerValue: 4 });
  const times = (one: number) => `${(one / stage.macs).toFixed(2)} times`;
  const text =
    `in ${formatGrid(plan.grid)} tiles up to ${end.operator} "${plainText(end.name)}" (${Math.round(100 * share)} % of the work), ` +
    `then whole: outputs within ${difference.toExponential(0)} of their largest values; the tiles compute ${times(macs)} what the whole ` +
    `does with reuse, ${times(cost.macs)} without`;
  const overhead = { withReuse: macs / stage.macs, withoutReuse: cost.macs / stage.macs };
  return { grid: formatGrid(plan.grid), cut: end.name, share, difference, overhead, text };
}
