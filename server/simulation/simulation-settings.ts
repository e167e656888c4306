import type { FtpPlan } from '../geometry/ftp-plan.js';
import type { GangPlans } from '../geometry/gang/gang-plans.js';
import type { Region } from '../geometry/region.js';
import type { LedgerSettings } from '../scheduling/ledger/ledger-state.js';
import type { CircuitSettings } from '../scheduling/policy/circuit-breaker.js';
import type { OverlapPolicy } from '../scheduling/reuse/fetch-policy.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import type { StrategyName } from '../scheduling/strategies/strategy.js';
import type { Arrivals } from './arrivals.js';
import type { BodySizes } from './body-sizes.js';
import type { CostModel } from './cost-model.js';
import type { CpuShare } from './machine/cpu-budget.js';
import type { NetworkModel } from './machine/network.js';

export interface SimulatedNode {
  readonly id: string;
  readonly address: string;
  readonly cpu: CpuShare & { readonly cores: number };
}

export interface SimulatedDeviceSettings extends SimulatedNode {
  /** Compared with the others, as `cluster.yaml` declares it; null: as fast as its processor is. */
  readonly speed: number | null;
}

/** The plans of gangs. */
export interface SimulatedGangPlans extends GangPlans {
  /** Multiply-accumulates of the layers behind the gangs that are not MoDNN's. */
  readonly remainingMacs: number;
  /** The score that boxes exceed which members of these decode; null where they hand over maps. */
  readonly boxesAbove: number | null;
}

/** A cluster and what happens to it; times in milliseconds, all of the same names as in `cluster.yaml`. */
export interface SimulationSettings {
  readonly plan: FtpPlan;
  readonly gangs: SimulatedGangPlans;
  readonly sizes: BodySizes;
  readonly costs: CostModel;
  readonly network: NetworkModel;
  readonly gateway: SimulatedNode;
  readonly devices: readonly SimulatedDeviceSettings[];
  readonly strategy: StrategyName;
  /** The most devices that compute a frame together; absent: as many as the strategy chooses. */
  readonly members?: number | undefined;
  readonly order: 'adaptive' | 'paper';
  readonly prefetch: number;
  readonly steal: { readonly waitMs: number; readonly pollMs: number };
  readonly overlap: {
    readonly via: 'peer' | 'gateway';
    readonly policy: OverlapPolicy;
    readonly allSides: boolean;
  };
  /** What is to travel of a letterboxed picture. */
  readonly transmitted: Region;
  /** Of feature maps as they travel. */
  readonly bytesPerValue: number;
  /** Strips that come later are computed instead, and who did not send them in time is suspended for a while. */
  readonly strips: { readonly timeoutMs: number; readonly circuit: CircuitSettings };
  readonly ledger: LedgerSettings;
  readonly heartbeatMs: number;
  /** Of work that the compute thread is to have: with less it is given the next tile; null: only when it has none. */
  readonly aheadMs: number | null;
  /** Tasks that fit into a device's queue. */
  readonly queueLimit: number;
  /** Multiply-accumulates of the layers behind the fused stack. */
  readonly remainingMacs: number;
  readonly arrivals: Arrivals;
  /** Frames before these, one after the other: devices then know how fast links and engines are. */
  readonly warmUp: number;
  readonly seed: number;
}

/** Multiply-accumulates of the layers that devices compute, and of those behind them. */
export function macsOf({ gangs, plan, remainingMacs, strategy }: SimulationSettings) {
  return strategyNamed(strategy).gang?.plan === 'stages'
    ? { devices: gangs.gang.stage.macs, remaining: gangs.remainingMacs }
    : { devices: plan.stage.macs, remaining: remainingMacs };
}
