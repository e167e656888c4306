import type { Telemetry } from '../../node/observe/telemetry.js';
import type { LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import type { VictimDirectory } from '../../scheduling/policy/victim-directory.js';
import type { FrameArchive, QuarantinedDevice } from '../archive/frame-archive.js';
import type { DeviceRegistry } from './device-registry.js';
import type { ProblemNotices } from './problem-notices.js';

export interface QuarantineParts {
  readonly archive: Pick<FrameArchive, 'quarantine'>;
  readonly registry: DeviceRegistry;
  readonly victims: VictimDirectory;
  readonly notices: ProblemNotices;
  readonly ledger: LedgerSink;
  readonly telemetry: Telemetry;
}

/** The devices that computed something wrong, until somebody releases them: also over restarts of theirs and the gateway's. */
export class Quarantine {
  readonly #parts: QuarantineParts;
  readonly #devices = new Map<string, QuarantinedDevice>();

  constructor(parts: QuarantineParts) {
    this.#parts = parts;
  }

  /** Those of earlier lives of the gateway. */
  restore(devices: readonly QuarantinedDevice[]): void {
    const { ledger, registry, telemetry } = this.#parts;
    for (const known of devices) {
      const { detail, device } = known;
      if (!registry.has(device)) continue;
      this.#keepOut(known);
      ledger.apply({ kind: 'device-quarantined', device });
      telemetry.log.warn({ device }, `still in quarantine: ${detail}`);
    }
  }

  /** The ledger has put it there. */
  begin(device: string, detail: string): void {
    const { notices, registry, telemetry } = this.#parts;
    const { events, log } = telemetry;
    if (!registry.has(device)) return;
    this.#keepOut({ device, sinceMs: Date.now(), detail });
    log.error({ device }, detail);
    notices.report('DT_QUARANTINED', detail);
    events.publish('device', registry.document(device));
    void this.#store();
  }

  /** Resolves when that is kept, or could not be. */
  async release(device: string): Promise<void> {
    const { ledger, registry, telemetry, victims } = this.#parts;
    const { events, log, metrics } = telemetry;
    if (!this.#devices.delete(device)) return;
    registry.release(device);
    victims.admit(device);
    metrics.quarantined.set({ device }, 0);
    ledger.apply({ kind: 'device-released', device });
    log.warn({ device }, 'released from quarantine');
    events.publish('device', registry.document(device));
    await this.#store();
  }

  #keepOut(known: QuarantinedDevice): void {
    const { registry, telemetry, victims } = this.#parts;
    const { detail, device } = known;
    this.#devices.set(device, known);
    registry.quarantine(device, detail);
    victims.bar(device);
    telemetry.metrics.quarantined.set({ device }, 1);
  }

  async #store(): Promise<void> {
    const { archive, telemetry } = this.#parts;
    try {
      await archive.quarantine([...this.#devices.values()]);
    } catch (error) {
      telemetry.metrics.storeFailures.inc({ what: 'quarantine' });
      telemetry.log.error(
        { err: error },
        'which devices are in quarantine could not be stored: a restart of the gateway forgets it',
      );
    }
  }
}
