import type { Telemetry } from '../../node/observe/telemetry.js';
import { RefusedCallers } from '../../node/problems/refused-callers.js';
import type { LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import { DeathWatch } from './death-watch.js';
import { DeviceIdentity } from './device-identity.js';
import { DeviceLinks, type OpenPeers } from './device-links.js';
import type { GatewayDevices } from './gateway-devices.js';

/** How the gateway and the processes of devices find each other. */
export interface DeviceContacts {
  readonly links: DeviceLinks;
  readonly identity: DeviceIdentity;
  readonly deathWatch: DeathWatch;
  readonly refused: RefusedCallers;
}

export interface DeviceContactsParts {
  readonly openPeers: OpenPeers;
  readonly devices: Pick<GatewayDevices, 'registry' | 'notices'>;
  readonly ledger: LedgerSink;
  readonly telemetry: Telemetry;
}

export function createContacts({ openPeers, devices, ledger, telemetry }: DeviceContactsParts): DeviceContacts {
  const { notices, registry } = devices;
  const links = new DeviceLinks({ openPeers, registry, notices, ledger });
  return {
    links,
    identity: new DeviceIdentity({ links, registry, notices, telemetry }),
    deathWatch: new DeathWatch({
      isUp: (device) => registry.isUp(device) || registry.isRefused(device),
      addressOf: (device) => registry.addressOf(device),
      onDead: (device) => {
        registry.refusedEnded(device);
        ledger.apply({ kind: 'device-dead', device });
      },
    }),
    refused: new RefusedCallers({
      log: telemetry.log,
      nowMs: () => Date.now(),
      onRefused: ({ address, code, device: claimed }, text, isDue) => {
        const device = registry.deviceOfCaller(claimed, address);
        if (device !== null) registry.warn(device, 'refused', text);
        if (isDue) notices.report(code, text);
      },
    }),
  };
}
