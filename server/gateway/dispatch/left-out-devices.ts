import type { Telemetry } from '../../node/observe/telemetry.js';
import type { LeftOut } from '../../scheduling/gang/gang-helpers.js';
import type { LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import type { DeviceRegistry } from '../devices/device-registry.js';

export interface LeftOutDevicesParts {
  readonly registry: Pick<DeviceRegistry, 'leaveOut'>;
  readonly ledger: LedgerSink;
  readonly log: Telemetry['log'];
}

/** Has gangs do without the devices that slow them down, and says so. */
export class LeftOutDevices {
  readonly #parts: LeftOutDevicesParts;
  #now: ReadonlySet<string> = new Set();

  constructor(parts: LeftOutDevicesParts) {
    this.#parts = parts;
  }

  /** Takes note of the devices that are left out from now on. */
  update(leftOut: readonly LeftOut[]): void {
    const { ledger, log, registry } = this.#parts;
    const before = this.#now;
    const devices = leftOut.map(({ device }) => device);
    if (devices.length === before.size && devices.every((device) => before.has(device))) return;
    this.#now = new Set(devices);
    for (const one of leftOut) {
      if (before.has(one.device)) continue;
      registry.leaveOut(one.device, leftOutText(one));
      log.info({ device: one.device, withMs: one.withMs, withoutMs: one.withoutMs }, leftOutText(one));
    }
    for (const device of before) {
      if (this.#now.has(device)) continue;
      registry.leaveOut(device, null);
      log.info({ device }, `gangs try ${device} again, which was left out`);
    }
    ledger.apply({ kind: 'devices-left-out', devices });
  }
}

export function leftOutText({ device, frames, withMs, withoutMs }: LeftOut): string {
  const [slow, fast] = [withMs, withoutMs].map((ms) => `${Math.round(ms)} ms`);
  return (
    `gangs do without ${device}, which would slow them down: with it a frame is predicted to take ${slow}, without it ${fast}; ` +
    `it is tried again after ${frames} frames, or when it has become faster`
  );
}
