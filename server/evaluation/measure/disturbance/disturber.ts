import type { TestHosts } from '../../hosts/test-hosts.js';
import type { Batch } from '../run-matrix.js';
import { type Disturbance, type Phase, phaseOf } from './disturbance.js';

/** A link is cut off so often, and for so long. */
const CUT_EVERY_MS = 1000;
const CUT_MS = 100;

export interface DisturberParts {
  readonly disturbance: Disturbance;
  /** Rounds that count. */
  readonly rounds: number;
  readonly hosts: Pick<TestHosts, 'setCpu' | 'setLink'>;
  /** Share of a core that the device usually has. */
  readonly cpuCores: number;
}

/** Disturbs a device on test hosts in the middle third of the rounds. */
export class Disturber {
  readonly #parts: DisturberParts;
  #phase: Phase = 'before';
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: DisturberParts) {
    this.#parts = parts;
  }

  /** A batch is next. */
  next({ round, warmup }: Batch): void {
    const phase = warmup ? 'before' : phaseOf(round, this.#parts.rounds);
    if (phase === this.#phase) return;
    this.#phase = phase;
    if (phase === 'during') this.#begin();
    else this.end();
  }

  /** Everything is as before; again does nothing. */
  end(): void {
    const { cpuCores, disturbance, hosts } = this.#parts;
    const id = `e${disturbance.device}`;
    if (disturbance.kind === 'slow') hosts.setCpu(id, cpuCores);
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    hosts.setLink(id, true);
  }

  #begin(): void {
    const { disturbance, hosts } = this.#parts;
    if (disturbance.kind === 'slow') hosts.setCpu(`e${disturbance.device}`, disturbance.cpuCores);
    else this.#cut(true);
  }

  /** @param isUp whether the link is there, and is cut off next. */
  #cut(isUp: boolean): void {
    const id = `e${this.#parts.disturbance.device}`;
    this.#timer = setTimeout(
      () => {
        this.#parts.hosts.setLink(id, !isUp);
        this.#cut(!isUp);
      },
      isUp ? CUT_EVERY_MS - CUT_MS : CUT_MS,
    );
  }
}
