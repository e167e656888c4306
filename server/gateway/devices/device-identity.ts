import { AnswerError } from '../../../client/answer-error.js';
import { ProblemError } from '../../../client/problem-error.js';
import { CALLS } from '../../node/contract/calls.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { DeviceLinks } from './device-links.js';
import type { DeviceRegistry } from './device-registry.js';
import type { ProblemNotices } from './problem-notices.js';

export interface DeviceIdentityParts {
  readonly links: Pick<DeviceLinks, 'client'>;
  readonly registry: Pick<DeviceRegistry, 'addressOf' | 'isUp' | 'warn'>;
  readonly notices: Pick<ProblemNotices, 'report'>;
  readonly telemetry: Pick<Telemetry, 'log' | 'nowMs'>;
}

/** A device that is not reached is looked for this often, while it registers. */
const LOOK_EVERY_MS = 10_000;

/** Asks devices themselves who answers at their address: a registration alone says nothing of that. */
export class DeviceIdentity {
  readonly #parts: DeviceIdentityParts;
  /** When each device that is not reached was looked for. */
  readonly #unreached = new Map<string, number>();

  constructor(parts: DeviceIdentityParts) {
    this.#parts = parts;
  }

  /** @returns when the process started that answers at a device's address, epoch ms; null when none says so. */
  async startedAtOf(device: string): Promise<number | null> {
    try {
      return await this.#ask(device);
    } catch {
      return null;
    }
  }

  /**
   * Finds out whether the gateway reaches a device that registers, and shows on it why not; never fails.
   *
   * @param isNew whether it has just become live.
   */
  async look(device: string, isNew: boolean): Promise<void> {
    const { notices, registry, telemetry } = this.#parts;
    const { log, nowMs } = telemetry;
    const lookedMs = this.#unreached.get(device);
    if (!isNew && (lookedMs === undefined || nowMs() - lookedMs < LOOK_EVERY_MS)) return;
    this.#unreached.set(device, nowMs());
    try {
      await this.#ask(device);
      this.#unreached.delete(device);
      registry.warn(device, 'unreachable', null);
    } catch (error) {
      // Whatever it answers, it is reached.
      const isReached = error instanceof ProblemError || error instanceof AnswerError;
      if (isReached || !registry.isUp(device)) return;
      const address = registry.addressOf(device);
      const text = `the gateway does not reach it at ${address}, where frames and tiles go: ${(error as Error).message}`;
      registry.warn(device, 'unreachable', text);
      log.warn({ device, address }, `device ${device} registers, and ${text}`);
      notices.report('DT_UNREACHABLE', `device ${device} registers, and ${text}`);
    }
  }

  async #ask(device: string): Promise<number | null> {
    const { json } = await this.#parts.links.client(device).call(CALLS.identify);
    const at = json!.devices.find((one) => one.device === device)?.startedAt;
    return at === undefined ? null : Date.parse(at);
  }
}
