import type { ClusterConfig } from '../config/cluster-config.js';
import { gatewayMember } from '../config/gateway-member.js';
import type { GatewayComputes, LedgerSettings } from '../scheduling/ledger/ledger-state.js';

/** What the frame ledger goes by, of `cluster.yaml`. */
export function ledgerSettings(config: ClusterConfig): LedgerSettings {
  const { schedule, limits, devices, gateway } = config;
  const helper = gatewayMember(config);
  const { lease, heartbeat } = schedule;
  // Devices are told that the gateway is there, and register at once.
  const restoreMs = heartbeat.intervalMs + 500;
  return {
    framesPerSource: limits.framesPerSource,
    lostAfterMs: heartbeat.lostAfterMs,
    leaseFactor: lease.factor,
    leaseFloorMs: lease.floorMs,
    leaseWaitingMs: lease.waitingMs,
    missingMs: 2 * heartbeat.intervalMs + 500,
    restoreMs,
    remaining: schedule.remaining,
    retryMs: 250,
    attempts: lease.attempts,
    frameTimeoutMs: limits.frameTimeoutMs,
    ...(helper !== null && { helper: helper.id }),
    stealOnly: devices.filter(({ source }) => !source).map(({ id }) => id),
    ...(gateway.compute !== false && { gatewayComputes: gatewayComputes(gateway.compute, devices.length, restoreMs) }),
  };
}

function gatewayComputes(compute: 'auto' | true, devices: number, restoreMs: number): GatewayComputes {
  return { aloneAfterMs: devices === 0 ? 0 : restoreMs, whenIdle: compute === true };
}
