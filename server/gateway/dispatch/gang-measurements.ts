import { createHash } from 'node:crypto';
import type { DeviceConfig } from '../../config/cluster-config.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import { isProfile, type MeasuredDevice } from '../../scheduling/gang/device-profiles.js';
import type { GangOverheads } from '../../scheduling/gang/gang-overheads.js';
import type { GangRounds } from '../../scheduling/gang/gang-rounds.js';
import { readMeasurements } from '../archive/measurements-file.js';
import { replaceJson } from '../archive/replace-json.js';
import type { LedgerRuntime } from './ledger-runtime.js';

/** Of the file's format. */
const VERSION = 1;
/** Between two writings while frames are computed. */
const WRITE_EVERY_MS = 60_000;
/** Numbers of `GangOverheads`. */
const OVERHEADS = 5;

export interface GangMeasurementsParts {
  /** Null where nothing is kept on disk. */
  readonly path: string | null;
  /** That times depend on: the digest of the plan and the model, and the format of maps on the wire. */
  readonly basis: readonly string[];
  readonly devices: readonly DeviceConfig[];
  readonly gangs: Pick<GangRounds, 'measurements' | 'restore' | 'stages'>;
  readonly ledger: Pick<LedgerRuntime, 'apply' | 'overheads'>;
  readonly telemetry: Pick<Telemetry, 'log' | 'nowMs'>;
}

/** Keeps on disk what devices were measured to take in gangs, so that the first frames after a restart use it. */
export class GangMeasurements {
  readonly #parts: GangMeasurementsParts;
  readonly #basis: string;
  readonly #engines: ReadonlyMap<string, string>;
  #writtenMs: number;
  #hasChanged = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: GangMeasurementsParts) {
    const { basis, devices, telemetry } = parts;
    this.#parts = parts;
    this.#basis = createHash('sha256').update(JSON.stringify(basis)).digest('hex');
    this.#engines = new Map(devices.map(({ engine, id }) => [id, JSON.stringify(engine)]));
    this.#writtenMs = telemetry.nowMs();
  }

  /** Takes over what an earlier life of the gateway has measured; what does not fit is left out, with a line in the log. Never rejects. */
  async restore(): Promise<void> {
    const { gangs, ledger, path, telemetry } = this.#parts;
    if (path === null) return;
    try {
      const document = await readMeasurements(path);
      if (document === null) return;
      const { devices, overheads } = this.#read(document);
      gangs.restore(devices);
      ledger.apply({ kind: 'overheads-known', overheads });
      telemetry.log.info({ devices: devices.map(({ device }) => device) }, 'measured times of gangs taken over');
    } catch (error) {
      const text = `measured times of gangs in ${path} are not used, and devices are measured again`;
      telemetry.log.warn({ reason: (error as Error).message }, text);
    }
  }

  /** A device's block was measured: after a while it is written. */
  note(): void {
    this.#hasChanged = true;
    if (this.#parts.telemetry.nowMs() - this.#writtenMs >= WRITE_EVERY_MS) void this.#write();
  }

  /** Writes what is not written yet. */
  stop(): Promise<void> {
    return this.#write();
  }

  #write(): Promise<void> {
    const { gangs, ledger, path, telemetry } = this.#parts;
    if (path === null || !this.#hasChanged) return this.#writing;
    this.#hasChanged = false;
    this.#writtenMs = telemetry.nowMs();
    const devices = gangs.measurements().flatMap((measured) => {
      const engine = this.#engines.get(measured.device);
      return engine === undefined ? [] : [{ ...measured, engine }];
    });
    const document = { version: VERSION, basis: this.#basis, devices, overheads: ledger.overheads };
    this.#writing = this.#writing
      .then(() => replaceJson(path, document))
      .catch((error: Error) => {
        telemetry.log.warn({ reason: error.message }, `measured times of gangs could not be written to ${path}`);
      });
    return this.#writing;
  }

  /** @throws Error when the document is not of this plan, or damaged. */
  #read(document: unknown): { readonly devices: readonly MeasuredDevice[]; readonly overheads: GangOverheads } {
    const { basis, devices, overheads, version } = Object(document) as Readonly<Record<string, unknown>>;
    if (version !== VERSION) throw new TypeError(`expected version ${VERSION}, got ${JSON.stringify(version)}`);
    if (basis !== this.#basis) throw new TypeError('they are of another model, plan or format of maps');
    if (!Array.isArray(devices)) throw new TypeError('expected a list of devices');
    if (!isOverheads(overheads)) throw new TypeError(`expected ${OVERHEADS} finite numbers as overheads`);
    return { devices: devices.flatMap((device) => this.#deviceOf(device) ?? []), overheads };
  }

  /** @returns null for a device that is not in cluster.yaml any more, or has another engine now. */
  #deviceOf(value: unknown): MeasuredDevice | null {
    const { alone, blocks, device, engine } = Object(value) as Readonly<Record<string, unknown>>;
    const { stages } = this.#parts.gangs;
    const [known, whole] = [blocks ?? null, alone ?? null];
    const areProfiles = [known, whole].every((profile) => profile === null || isProfile(profile, stages));
    if (typeof device !== 'string' || !areProfiles) throw new TypeError('a device has no profile of this plan');
    if (this.#engines.get(device) !== engine) return null;
    return { device, blocks: known as MeasuredDevice['blocks'], alone: whole as MeasuredDevice['alone'] };
  }
}

function isOverheads(value: unknown): value is GangOverheads {
  return Array.isArray(value) && value.length === OVERHEADS && value.every((sum) => Number.isFinite(sum));
}
