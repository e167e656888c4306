import type { ComputeStage } from '../compute/messages.js';
import type { ClusterConfig } from '../config/cluster-config.js';
import { gangDevices, gatewayMember } from '../config/gateway-member.js';
import { planGraph } from '../geometry/choose-cut.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { chooseEnds } from '../geometry/gang/choose-ends.js';
import { type GangPlan, planGang } from '../geometry/gang/gang-plan.js';
import type { GangPlans } from '../geometry/gang/gang-plans.js';
import { planLayerGang } from '../geometry/gang/layer-gang.js';
import { type PlanCost, planCost, type TileCost } from '../geometry/plan-cost.js';
import { mostOfferedBytes } from '../geometry/reuse/tile-offer.js';
import type { Network } from '../model/network.js';
import { describeModel } from '../model-files/describe-model.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import { PlanningProgress } from './planning-progress.js';

/** Layer 0's input travels as bytes, feature maps as F32. */
const TRAVEL_WIDTHS = { inputBytesPerValue: 1, outputBytesPerValue: 4 };

/** What every node works out from `cluster.yaml` before it starts. */
export interface ClusterPlan extends GangPlans {
  readonly network: Network;
  readonly plan: FtpPlan;
  readonly cost: PlanCost;
}

/** @param say is told how far planning is, where it takes long. */
export async function planCluster(config: ClusterConfig, say: (text: string) => void = () => {}): Promise<ClusterPlan> {
  const { devices, model, partition } = config;
  const progress = new PlanningProgress(say);
  const network = await describeModel(model);
  progress.stepDone();
  const plan = planGraph(network.graph, partition.fusedDepth, partition.grid, Math.max(1, devices.length));
  progress.stepDone();
  const gang = planGang(network.graph, (stage) => chooseEnds(stage, gangDevices(config).length));
  progress.stepDone();
  const layerGang = plan.chain === null ? null : planLayerGang(plan.chain);
  return { network, plan, cost: planCost(plan, TRAVEL_WIDTHS), gang, layerGang };
}

/** Says what a node's compute thread computes; at start it loads what the file's strategy takes. */
export function computeStage(
  kind: ComputeStage['kind'],
  { gang, plan }: ClusterPlan,
  config: ClusterConfig,
): ComputeStage {
  const isFirst = strategyNamed(config.schedule.strategy).gang?.plan === 'stages';
  const isAlone = config.devices.length === 0;
  const helps = kind === 'remaining' && gatewayMember(config) !== null;
  return { kind, depth: plan.stage.values, grid: plan.grid, gang: { ends: gang.ends, isFirst, helps }, isAlone };
}

/** Room for a task's or result's facts beside its tensor. */
const HEADER_ROOM_BYTES = 64 * 1024;

/**
 * Bound on a body with tensors. The largest that has a reason to be sent is a tile's input, output or strips, the letterboxed
 * picture; of a gang the picture as it was submitted, a member's strips or its part of the outputs.
 */
export function largestTensorBody({ cost, gang, layerGang, plan }: ClusterPlan, pictureBytes: number): number {
  const { outputBytesPerValue } = TRAVEL_WIDTHS;
  const ofTile = ({ tileId, inputBytes, outputBytes }: TileCost) =>
    Math.max(inputBytes, outputBytes, mostOfferedBytes(plan, tileId, outputBytesPerValue));
  const ofGang = ({ stage }: GangPlan) => {
    const mapBytes = stage.maps.map((map) => outputBytesPerValue * map.channels * map.height * map.width);
    return Math.max(
      stage.outputs.reduce((sum, map) => sum + mapBytes[map]!, 0),
      ...mapBytes.slice(1),
    );
  };
  const ofGangs = [gang, ...(layerGang === null ? [] : [layerGang])].map(ofGang);
  return (
    HEADER_ROOM_BYTES + Math.max(pictureBytes, ...ofGangs, cost.frameBytes, cost.outputBytes, ...cost.tiles.map(ofTile))
  );
}

/** Tasks that fit into a device's queue: a plan's worth for each frame that may be open, and as many pushed ones. */
export function taskQueueLimit({ limits }: Pick<ClusterConfig, 'limits'>, tiles: number): number {
  return 2 * tiles * limits.queuedFrames;
}
