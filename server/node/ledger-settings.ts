import type { ClusterConfig } from '../config/cluster-config.js';
import type { LedgerSettings } from '../scheduling/ledger/ledger-state.js';

/** What the frame ledger goes by, of `cluster.yaml`. */
export function ledgerSettings({ schedule, limits, devices }: ClusterConfig): LedgerSettings {
  const { lease, heartbeat } = schedule;
  return {
    framesPerSource: limits.framesPerSource,
    lostAfterMs: heartbeat.lostAfterMs,
    leaseFactor: lease.factor,
    leaseFloorMs: lease.floorMs,
    leaseWaitingMs: lease.waitingMs,
    missingMs: 2 * heartbeat.intervalMs + 500,
    // They are told that the gateway is there, and register at once.
    restoreMs: heartbeat.intervalMs + 500,
    retryMs: 250,
    attempts: lease.attempts,
    frameTimeoutMs: limits.frameTimeoutMs,
    stealOnly: devices.filter(({ source }) => !source).map(({ id }) => id),
  };
}
