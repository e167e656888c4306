import type { EventLog } from '../../node/observe/event-log.js';
import type { Logger } from '../../node/observe/logger.js';
import type { NodeMetrics } from '../../node/observe/metrics.js';
import type { LedgerNotice } from '../../scheduling/ledger/ledger-events.js';
import type { FrameArchive, QuarantinedDevice } from '../archive/frame-archive.js';
import type { DeviceRegistry } from './device-registry.js';
import type { ProblemNotices } from './problem-notices.js';
import type { VictimDirectory } from './victim-directory.js';

export interface QuarantineParts {
  readonly archive: Pick<FrameArchive, 'quarantine'>;
  readonly registry: DeviceRegistry;
  readonly victims: VictimDirectory;
  readonly events: EventLog;
  readonly notices: ProblemNotices;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
  /** Hands an event to the ledger. */
  readonly emit: (event: LedgerNotice) => void;
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
    const { log, registry, emit } = this.#parts;
    for (const known of devices) {
      const { detail, device } = known;
      if (!registry.has(device)) continue;
      this.#keepOut(known);
      emit({ kind: 'device-quarantined', device });
      log.warn({ device }, `still in quarantine: ${detail}`);
    }
  }

  /** The ledger has put it there. */
  begin(device: string, detail: string): void {
    const { events, log, notices, registry } = this.#parts;
    if (!registry.has(device)) return;
    this.#keepOut({ device, sinceMs: Date.now(), detail });
    log.error({ device }, detail);
    notices.report('DT_QUARANTINED', detail);
    events.publish('device', registry.document(device));
    void this.#store();
  }

  /** Resolves when that is kept, or could not be. */
  async release(device: string): Promise<void> {
    const { events, log, metrics, registry, victims, emit } = this.#parts;
    if (!this.#devices.delete(device)) return;
    registry.release(device);
    victims.admit(device);
    metrics.quarantined.set({ device }, 0);
    emit({ kind: 'device-released', device });
    log.warn({ device }, 'released from quarantine');
    events.publish('device', registry.document(device));
    await this.#store();
  }

  #keepOut(known: QuarantinedDevice): void {
    const { metrics, registry, victims } = this.#parts;
    const { detail, device } = known;
    this.#devices.set(device, known);
    registry.quarantine(device, detail);
    victims.bar(device);
    metrics.quarantined.set({ device }, 1);
  }

  async #store(): Promise<void> {
    const { archive, log, metrics } = this.#parts;
    try {
      await archive.quarantine([...this.#devices.values()]);
    } catch (error) {
      metrics.storeFailures.inc({ what: 'quarantine' });
      log.error(
        { err: error },
        'which devices are in quarantine could not be stored: a restart of the gateway forgets it',
      );
    }
  }
}
