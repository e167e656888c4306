import { planGraph } from '../geometry/choose-cut.js';
import { cutTile } from '../geometry/reuse/tile-cut.js';
import { tileable } from '../graph/cuts.js';
import { elementCount, type Graph } from '../graph/graph.js';
import { totalMacs } from '../graph/macs.js';
import { weightBytes } from '../graph/weights.js';
import type { Network } from '../model/network.js';
import { type CostModel, callMs, msOf } from '../simulation/cost-model.js';

/** The whole network on one device, without a cluster. */
export interface OneDevice {
  /** From the picture to the detections, once it is letterboxed. */
  readonly latencyMs: number;
  readonly framesPerSecond: number;
  /** All weights, and the largest pair of maps. */
  readonly bytes: number;
}

/** @param share of a core. */
export function oneDevice({ graph }: Network, costs: CostModel, share: number): OneDevice {
  const deepest = tileable(graph).cuts.at(-1);
  const plan = deepest === undefined ? null : planGraph(graph, deepest.values, { rows: 1, columns: 1 });
  const fusedMs = plan === null ? 0 : cutTile(plan, 0).steps.reduce((sum, step) => sum + callMs(costs, step), 0);
  const behindMacs = plan === null ? totalMacs(graph) : plan.remainingMacs;
  const latencyMs = (fusedMs + msOf(costs.remaining, behindMacs)) / share;
  return {
    latencyMs,
    framesPerSecond: 1000 / (latencyMs + costs.letterboxMs / share),
    bytes: weightBytes(graph, graph.nodes) + largestPairBytes(graph),
  };
}

/** The most that a node reads and writes. */
function largestPairBytes({ nodes, values }: Graph): number {
  const bytesOf = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + 4 * elementCount(values.get(name)?.shape ?? [0]), 0);
  return nodes.reduce(
    (most, { inputs, outputs }) => Math.max(most, bytesOf([...new Set(inputs)]) + bytesOf(outputs)),
    0,
  );
}
