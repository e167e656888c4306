import type { DeviceConfig } from '../../config/cluster-config.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import type { VictimDirectory } from '../../scheduling/policy/victim-directory.js';
import type { FrameArchive } from '../archive/frame-archive.js';
import { DeviceBulletin } from './device-bulletin.js';
import { DeviceRegistry } from './device-registry.js';
import { DeviceSpeeds } from './device-speeds.js';
import { ProblemNotices } from './problem-notices.js';
import { Quarantine } from './quarantine.js';
import type { ClusterIdentity } from './registration-mismatch.js';
import { createVictims } from './victim-request.js';

/** What the gateway knows of its devices. */
export interface GatewayDevices {
  readonly registry: DeviceRegistry;
  readonly victims: VictimDirectory;
  readonly speeds: DeviceSpeeds;
  readonly quarantine: Quarantine;
  readonly notices: ProblemNotices;
  readonly bulletin: DeviceBulletin;
}

export interface GatewayDevicesParts {
  /** That may register. */
  readonly devices: readonly DeviceConfig[];
  readonly identity: ClusterIdentity;
  readonly archive: FrameArchive;
  readonly ledger: LedgerSink;
  readonly telemetry: Telemetry;
}

export function createDevices(parts: GatewayDevicesParts): GatewayDevices {
  const { archive, devices, identity, ledger, telemetry } = parts;
  const { events, nowMs } = telemetry;
  const registry = new DeviceRegistry(devices, identity, nowMs);
  const victims = createVictims();
  const notices = new ProblemNotices(events, nowMs);
  return {
    registry,
    victims,
    speeds: new DeviceSpeeds(devices),
    quarantine: new Quarantine({ archive, registry, victims, notices, ledger, telemetry }),
    notices,
    bulletin: new DeviceBulletin(registry, events),
  };
}
