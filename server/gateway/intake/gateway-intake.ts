import type { ClusterConfig } from '../../config/cluster-config.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { GatewayDevices } from '../devices/gateway-devices.js';
import type { LedgerRuntime } from '../dispatch/ledger-runtime.js';
import type { GatewayFrames } from '../frames/gateway-frames.js';
import { FrameAdmission } from './frame-admission.js';
import type { FrameFactory } from './frame-factory.js';
import { GatewayDrain } from './gateway-drain.js';
import { OpenFrameQuota } from './open-frame-quota.js';
import { SourceWaiters } from './source-waiters.js';

/** How pictures become frames, as long as the gateway takes any. */
export interface GatewayIntake {
  readonly admission: FrameAdmission;
  readonly drain: GatewayDrain;
}

export interface GatewayIntakeParts {
  readonly config: Pick<ClusterConfig, 'gateway' | 'limits'>;
  readonly devices: GatewayDevices;
  readonly frames: GatewayFrames;
  readonly factory: FrameFactory;
  readonly ledger: LedgerRuntime;
  readonly telemetry: Telemetry;
}

export function createIntake(parts: GatewayIntakeParts): GatewayIntake {
  const { config, devices, factory, frames, ledger, telemetry } = parts;
  const { gateway, limits } = config;
  const { store } = frames;
  const sources = new SourceWaiters(devices.registry, gateway.compute !== false, telemetry);
  telemetry.metrics.holds('pictures that wait for a device', () => sources.size);
  const quota = new OpenFrameQuota({ limit: limits.queuedFrames, store, notices: devices.notices });
  const drain = new GatewayDrain({
    openFrames: () => store.openCount,
    onBegin: () => sources.refuseAll(),
    log: telemetry.log,
  });
  frames.runs.onEnd(() => drain.look());
  return { admission: new FrameAdmission({ sources, quota, factory, store, ledger, telemetry }), drain };
}
