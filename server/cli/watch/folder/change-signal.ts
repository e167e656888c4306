import { joinSignals } from '../../../../client/deadline-signal.js';
import { pause } from '../../../node/pause.js';

export interface ChangeWait {
  readonly leastMs: number;
  /** Where no change is told. */
  readonly mostMs: number;
}

/** Changes come in bursts: one for each piece that is written. */
const BURST_MS = 100;

/** Remembers that something has changed until it is waited for. */
export class ChangeSignal {
  #told = false;
  #wake: AbortController | null = null;

  emit(): void {
    this.#told = true;
    this.#wake?.abort();
  }

  /** Waits for a change, within these times, or until the signal is aborted. */
  async wait({ leastMs, mostMs }: ChangeWait, signal: AbortSignal): Promise<void> {
    await pause(Math.max(BURST_MS, leastMs), signal);
    if (!this.#told) {
      this.#wake = new AbortController();
      const held = joinSignals([signal, this.#wake.signal]);
      await pause(mostMs, held.signal);
      held.release();
      this.#wake = null;
    }
    this.#told = false;
  }
}
