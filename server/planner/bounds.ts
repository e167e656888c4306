import type { FtpPlan } from '../geometry/ftp-plan.js';
import type { GraphCut } from '../graph/cuts.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import { type CostModel, msOf } from '../simulation/cost-model.js';
import type { NetworkModel } from '../simulation/machine/network.js';
import type { FusedCandidate } from './fused-candidate.js';

/** What frames run on. */
export interface PlannerEnvironment {
  readonly costs: CostModel;
  readonly network: NetworkModel;
  /** Shares of a core, one for each device. */
  readonly shares: readonly number[];
  readonly gatewayShare: number;
}

/**
 * No schedule is faster: all that must be computed on all devices at the speed of the fastest layers, or all that must
 * reach the gateway (or leave it) over its link, then the layers behind.
 */
export function leastMs(candidate: FusedCandidate, environment: PlannerEnvironment): number {
  const { cost, plan, strategy } = candidate;
  const { costs, gatewayShare, network, shares } = environment;
  const { bounds, placement } = strategyNamed(strategy);
  const macs = bounds.leastMacs(cost);
  const workers = bounds.workers(plan, shares.length);
  const total = [...shares]
    .sort((a, b) => b - a)
    .slice(0, workers)
    .reduce((sum, share) => sum + share, 0);
  const computeMs = macs / fastestMacsPerMs(costs) / total;
  const outMs = placement === 'gateway' ? (cost.frameBytes + cost.frameBytes) / network.bytesPerMs : 0;
  const inMs = cost.outputBytes / network.bytesPerMs;
  const wireMs = network.medium === 'shared' ? outMs + inMs : Math.max(outMs / 2, inMs);
  return Math.max(computeMs, wireMs) + behindMs(plan, { costs, gatewayShare });
}

/**
 * Returns a time that no plan with tiles up to this cut is faster than: the fused layers once on all devices, or the cut's maps in F16 over
 * the gateway's link, then the layers behind.
 *
 * @param macs of the whole network.
 */
export function leastCutMs(
  cut: Pick<GraphCut, 'bytes' | 'macs'>,
  macs: number,
  { costs, gatewayShare, network, shares }: PlannerEnvironment,
): number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const wireMs = cut.bytes / 2 / network.bytesPerMs;
  const computeMs = cut.macs / fastestMacsPerMs(costs) / total;
  return Math.max(computeMs, wireMs) + behindMs({ remainingMacs: macs - cut.macs }, { costs, gatewayShare });
}

function fastestMacsPerMs({ engine, segments }: CostModel): number {
  return Math.max(engine.macsPerMs, ...segments.map(({ macsPerMs }) => macsPerMs));
}

/** The layers behind the fused stack, on the gateway. */
function behindMs(
  { remainingMacs }: Pick<FtpPlan, 'remainingMacs'>,
  { costs, gatewayShare }: Pick<PlannerEnvironment, 'costs' | 'gatewayShare'>,
) {
  return msOf(costs.remaining, remainingMacs) / gatewayShare;
}

/**
 * Where to look first: the bound, with reuse guessed at half, and a request or two for each tile. Wrong, but in the right
 * order.
 */
export function guessMs(candidate: FusedCandidate, environment: PlannerEnvironment): number {
  const { cost, plan, strategy } = candidate;
  const { costs, shares } = environment;
  const total = shares.reduce((sum, share) => sum + share, 0);
  const { clientMs, serverMs } = costs.request;
  const { bounds } = strategyNamed(strategy);
  const requests = bounds.requests(plan, shares.length);
  const twice = bounds.likelyMacs(cost) - bounds.leastMacs(cost);
  const extraMs =
    (twice / costs.engine.macsPerMs + requests * (clientMs + serverMs) + plan.tiles.length * costs.tileMs) / total;
  return leastMs(candidate, environment) + extraMs;
}
