import type { FtpPlan } from '../../geometry/ftp-plan.js';
import type { GangPlanName } from '../../geometry/gang/gang-plan.js';
import type { PlanCost } from '../../geometry/plan-cost.js';
import type { Distribution } from '../ledger/ledger-state.js';

/** The paper's strategies. The planner and the evaluation of the paper run these only. */
export const PAPER_STRATEGIES = ['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'] as const;

export type PaperStrategy = (typeof PAPER_STRATEGIES)[number];

/** As `cluster.yaml`, a frame's query and the wire name them. */
export const STRATEGIES = [...PAPER_STRATEGIES, 'gang', 'whole', 'auto'] as const;

export type StrategyName = (typeof STRATEGIES)[number];

export function isPaperStrategy(strategy: StrategyName): strategy is PaperStrategy {
  return PAPER_STRATEGIES.some((name) => name === strategy);
}

/** How a frame is cut at first, and how its parts come to devices. */
export interface Partition {
  readonly parts: number;
  readonly distribution: Distribution;
}

/** Bounds how many devices compute a frame together. @returns null where it is cut otherwise than for gangs of several. */
export function withMembers(partition: Partition, members: number): Partition | null {
  const { distribution } = partition;
  if (distribution.kind !== 'gang' || distribution.plan !== 'stages' || distribution.members === 1) return null;
  const bound = distribution.members === 'auto' ? { most: Math.min(distribution.most, members) } : { members };
  return { ...partition, distribution: { ...distribution, ...bound } };
}

/** Bounds the time within which a frame is to be answered, in ms. @returns null where the cluster does not choose the devices by it. */
export function withBound(partition: Partition, withinMs: number): Partition | null {
  const { distribution } = partition;
  if (distribution.kind !== 'gang' || distribution.members !== 'auto') return null;
  return { ...partition, distribution: { ...distribution, withinMs } };
}

/** How gangs compute frames. */
export interface GangRule {
  readonly plan: GangPlanName;
  /** Strips go from device to device, or to the gateway, which passes them on. */
  readonly strips: 'peer' | 'gateway';
  /** A task has the picture as it was submitted, or the member's part of the letterboxed one, which the gateway gets from the source. */
  readonly carries: 'picture' | 'input';
}

/** Which device computes what of a frame (paper section V). Every strategy is a value of this one shape. */
export interface Strategy {
  readonly name: StrategyName;
  /** Why a plan cannot be computed so; null when it can. */
  refuses(plan: FtpPlan): string | null;
  partition(plan: FtpPlan): Partition;
  /** Where tasks wait: in the queue of the frame's source, or on the gateway, which pushes them to devices. */
  readonly placement: 'source' | 'gateway';
  /** How a device comes to its next task: it steals one when it is idle, or it is given one and keeps it. */
  readonly nextTask: 'steal' | 'given';
  /** What a tile takes from its neighbours: the overlap that they have computed, or nothing. */
  readonly reuse: 'overlap' | 'none';
  /** The strategy for tiles that must not depend on neighbours' data: this one without reuse. */
  readonly withoutReuse: StrategyName;
  /** How gangs compute its frames; null where frames are computed in tiles. */
  readonly gang: GangRule | null;
  readonly bounds: StrategyBounds;
}

/** What a planner can say of a strategy without running it. */
export interface StrategyBounds {
  /** Devices that can compute at once. */
  workers(plan: FtpPlan, devices: number): number;
  /** Multiply-accumulates of a frame, at least. */
  leastMacs(cost: PlanCost): number;
  /** Multiply-accumulates of a frame, guessed. */
  likelyMacs(cost: PlanCost): number;
  /** Requests for one frame. */
  requests(plan: FtpPlan, devices: number): number;
}
