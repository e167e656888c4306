import type { GangPlan } from '../geometry/gang/gang-plan.js';
import { regionBytes } from '../geometry/plan-cost.js';
import { wholeMap } from '../geometry/region.js';
import { untiledPeakBytes } from '../geometry/tile-memory.js';
import { weightBytes } from '../graph/weights.js';
import type { PaperStrategy, StrategyName } from '../scheduling/strategies/strategy.js';
import type { MapType } from '../tensor/map-tensor.js';

/** Strategies that share out nearly all layers of a network. */
export type GangStrategy = Exclude<StrategyName, PaperStrategy>;

/** A way to run all layers of a network on a cluster. Grids and depths have no part in it. */
export interface GangChoice {
  readonly kind: 'gang';
  readonly strategy: GangStrategy;
  readonly maps: MapType;
}

/** A choice, and what follows from it without any clock. */
export interface GangCandidate extends GangChoice {
  /** Weights of the layers that devices compute, the maps of a device's block, and a picture. */
  readonly deviceBytes: number;
}

/** Of equally good ones the first counts: `auto` adapts to the load. */
export const GANG_STRATEGIES: readonly GangStrategy[] = ['auto', 'gang', 'whole'];

/**
 * Every strategy that shares out nearly all layers, with each wire format. Whole frames have no maps that travel between devices.
 *
 * @param plan of gangs.
 * @param devices of the cluster, at least one.
 */
export function gangCandidates(plan: GangPlan, devices: number): readonly GangCandidate[] {
  return GANG_STRATEGIES.flatMap((strategy) => {
    const formats: readonly MapType[] = strategy === 'whole' || devices === 1 ? ['f32'] : ['f32', 'f16'];
    return formats.map((maps) => gangCandidate(plan, { kind: 'gang', strategy, maps }, devices));
  });
}

/** @param plan of gangs. @param devices of the cluster, at least one. */
export function gangCandidate(plan: GangPlan, choice: GangChoice, devices: number): GangCandidate {
  const { graph, maps, nodes } = plan.stage;
  const weights = weightBytes(
    graph,
    nodes.map(({ node }) => node),
  );
  // With auto and whole a device may have to compute a frame alone. A member's block has its share of each map's rows.
  const members = choice.strategy === 'gang' ? devices : 1;
  const pictureBytes = regionBytes(wholeMap(maps[0]!), maps[0]!, 1);
  return { ...choice, deviceBytes: weights + untiledPeakBytes(plan.stage) / members + pictureBytes };
}
