import { ConditionWaiters } from '../../node/condition-waiters.js';
import { drainingProblem } from '../../node/draining.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { requireDeclared } from '../devices/declared-device.js';
import type { DeviceRegistry } from '../devices/device-registry.js';

/** How long a submission waits for a device. */
export interface SubmissionWait {
  /** By the gateway's clock, ms. */
  readonly untilMs: number;
  /** Aborted when the client hangs up: its picture is dropped. Aborted with a problem as its reason, the client is answered with that. */
  readonly gone: AbortSignal;
}

/** Finds out whether a frame can start, on a device that was asked for (null: on any), and lets pictures wait until one can. */
export class SourceWaiters {
  readonly #registry: DeviceRegistry;
  readonly #gatewayComputes: boolean;
  readonly #telemetry: Telemetry;
  /** Pictures that are in order and wait for a device. */
  readonly #waiters = new ConditionWaiters();

  /** @param gatewayComputes whether the gateway computes frames by itself while no device is live. */
  constructor(registry: DeviceRegistry, gatewayComputes: boolean, telemetry: Telemetry) {
    this.#registry = registry;
    this.#gatewayComputes = gatewayComputes;
    this.#telemetry = telemetry;
    registry.onChange(() => this.#waiters.look());
  }

  /** Pictures that wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /** Refuses the pictures that wait: the gateway takes no more. */
  refuseAll(): void {
    this.#waiters.end();
  }

  /**
   * @throws HttpProblem 422 when no frame may ever start on this device; 503 when none can start now and the picture does
   *   not wait.
   */
  require(source: string | null, wait: SubmissionWait | null): void {
    if (source !== null) requireDeclared(this.#registry, source, 422);
    if (source !== null && !this.#registry.maySource(source)) {
      const detail = `device ${source} only steals (source: false in cluster.yaml): no frame starts on it`;
      throw new HttpProblem('DT_DEVICE_NO_SOURCE', detail);
    }
    const problem = this.#problem(source);
    if (problem !== null && wait === null) throw problem;
  }

  /**
   * Resolves when a frame can start, at once when the picture does not wait.
   *
   * @throws HttpProblem 503 when no frame can start by then, the client hangs up or the gateway is drained.
   */
  async wait(source: string | null, wait: SubmissionWait | null): Promise<void> {
    const { log, nowMs } = this.#telemetry;
    const isThere = () => this.#problem(source) === null;
    if (wait === null || isThere()) return;
    // A device leaves quarantine only when a person releases it.
    if (source !== null && this.#registry.isQuarantined(source)) throw this.#problem(source)!;
    const waitMs = Math.max(0, wait.untilMs - nowMs());
    log.info({ source, waitMs }, 'a picture waits for a device');
    const end = await this.#waiters.wait(isThere, waitMs, wait.gone);
    if (end === 'ended') throw drainingProblem('the gateway');
    const problem = this.#problem(source);
    if (end === 'gone' && wait.gone.reason instanceof HttpProblem) throw wait.gone.reason;
    if (end === 'gone') throw new HttpProblem('DT_CLIENT_GONE', 'the client hung up while its picture waited');
    if (problem !== null) throw problem;
  }

  /** Why no frame can start now; null when one can. */
  #problem(source: string | null): HttpProblem | null {
    const later = { retryAfterSeconds: 2 };
    if (source !== null && !this.#registry.isLive(source)) {
      const detail = this.#registry.isQuarantined(source)
        ? `device ${source} is in quarantine; GET /cluster says why`
        : `device ${source} is not live now; GET /cluster says why, ?wait=30 waits for it`;
      return new HttpProblem('DT_SOURCE_NOT_LIVE', detail, later);
    }
    if (this.#registry.anySourceLive || (this.#gatewayComputes && !this.#registry.anyLive)) return null;
    const detail =
      'no device is registered with the gateway, so nothing can be computed; GET /cluster says why, ?wait=30 waits for one';
    return new HttpProblem('DT_NO_DEVICE', detail, later);
  }
}
