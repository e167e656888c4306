import { bandsOf } from '../geometry/gang/bands.js';
import { gangBlocks } from '../geometry/gang/gang-blocks.js';
import { planGang } from '../geometry/gang/gang-plan.js';
import { elementCount, type Graph } from '../graph/graph.js';
import { totalMacs } from '../graph/macs.js';
import { weightBytes } from '../graph/weights.js';
import type { Network } from '../model/network.js';
import { type CostModel, msOf, stageMs } from '../simulation/cost-model.js';

/** The whole network on one device, without a cluster. */
export interface OneDevice {
  /** From the picture to the detections. */
  readonly latencyMs: number;
  readonly framesPerSecond: number;
  /** All weights, and the largest pair of maps. */
  readonly bytes: number;
}

/** @param share of a core. */
export function oneDevice({ graph }: Network, costs: CostModel, share: number): OneDevice {
  const plan = planGang(graph, () => []);
  const { stage } = plan;
  const [member] = gangBlocks(plan, bandsOf([1]));
  const layersMs = member!.stages.reduce((sum, { steps }) => sum + stageMs(costs, 'stages', stage.maps, steps), 0);
  const behindMs = msOf(costs.remaining, totalMacs(graph) - stage.macs);
  const latencyMs = (costs.letterboxMs + layersMs + behindMs) / share;
  return {
    latencyMs,
    framesPerSecond: 1000 / latencyMs,
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
