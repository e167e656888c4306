import type { ClusterConfig } from './cluster-config.js';

type Settings = Pick<ClusterConfig, 'schedule' | 'overlap'>;

/**
 * What `schedule.faithful` stands for, as plain settings: the paper to the letter (sections IV.B and IV.C). Devices poll
 * without being held and fetch nothing ahead, overlap goes through the gateway's pool, a tile reuses all of its sides or
 * nothing, and tiles go in the paper's order. Nothing but this knows of the flag.
 */
export function resolveFaithful(given: Settings): Settings {
  if (!given.schedule.faithful) return given;
  const { schedule } = given;
  return {
    schedule: { ...schedule, order: 'paper', prefetch: 0, steal: { ...schedule.steal, waitMs: 0 } },
    overlap: { via: 'gateway', policy: 'always', allSides: true },
  };
}
