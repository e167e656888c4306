import type { OverlapPolicy } from '../scheduling/reuse/fetch-policy.js';
import type { ClusterFile } from './cluster-file.js';
import { CLUSTER_DEFAULTS } from './defaults.js';

/** What tiles reuse of each other, and which way it goes. */
export interface OverlapConfig {
  /** Where a strip is fetched from that another device computed. */
  readonly via: 'peer' | 'gateway';
  /** Which strips a device fetches. */
  readonly policy: OverlapPolicy;
  /** Whether a tile reuses the overlap of all of its neighbours, or nothing. */
  readonly allSides: boolean;
}

interface ScheduleSettings {
  readonly faithful: boolean;
  readonly order: 'adaptive' | 'paper';
  readonly prefetch: number;
  readonly remaining: 'gateway' | 'any';
  readonly steal: { readonly waitMs: number; readonly pollMs: number };
}

/**
 * What `schedule.faithful` stands for, as plain settings: the paper to the letter (sections IV.B and IV.C). Devices poll
 * without being held and fetch nothing ahead, overlap goes through the gateway's pool, a tile reuses all of its sides or
 * nothing, tiles go in the paper's order, their inputs travel whole, and the gateway computes all remaining layers. Nothing but this knows of the flag.
 */
export function resolveFaithful<S extends ScheduleSettings, Wire extends { readonly padding: boolean }>(
  schedule: S,
  overlap: Omit<OverlapConfig, 'allSides'>,
  wire: Wire,
): { readonly schedule: S; readonly overlap: OverlapConfig; readonly wire: Wire } {
  if (!schedule.faithful) return { schedule, overlap: { ...overlap, allSides: false }, wire };
  return {
    schedule: {
      ...schedule,
      order: 'paper',
      remaining: 'gateway',
      prefetch: 0,
      steal: { ...schedule.steal, waitMs: 0 },
    },
    overlap: { via: 'gateway', policy: 'always', allSides: true },
    wire: { ...wire, padding: true },
  };
}

type Schedule = NonNullable<ClusterFile['schedule']>;

/** Returns the strategy of frames that name none. With `faithful` it is the paper's, unless the file says another. */
export function strategyOf({ faithful, strategy }: Pick<Schedule, 'strategy' | 'faithful'> = {}) {
  return strategy ?? (faithful === true ? 'ftp-wst-s' : CLUSTER_DEFAULTS.schedule.strategy);
}
