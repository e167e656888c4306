import { emptyLedger, stepLedger } from '../scheduling/frame-ledger.js';
import type {
  FrameLedger,
  LedgerEffect,
  LedgerEvent,
  LedgerSettings,
  ResultVerdict,
} from '../scheduling/ledger-state.js';

const TICK_MS = 200;

/** Holds the frame ledger: hands it events and the clock, and its effects to whoever carries them out. */
export class LedgerKeeper {
  #ledger: FrameLedger;
  readonly #nowMs: () => number;
  readonly #carryOut: (effect: LedgerEffect) => void;
  #ticking: NodeJS.Timeout | undefined;

  constructor(settings: LedgerSettings, nowMs: () => number, carryOut: (effect: LedgerEffect) => void) {
    this.#nowMs = nowMs;
    this.#carryOut = carryOut;
    this.#ledger = emptyLedger(settings, nowMs());
  }

  start(): void {
    this.#ticking = setInterval(() => this.apply({ kind: 'tick' }), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#ticking);
  }

  /** @returns what became of the result, when the event brings one. */
  apply(event: LedgerEvent): ResultVerdict | null {
    const { ledger, effects, verdict } = stepLedger(this.#ledger, event, this.#nowMs());
    this.#ledger = ledger;
    for (const effect of effects) this.#carryOut(effect);
    return verdict;
  }

  /** Whether a frame is still to end. */
  has(frame: string): boolean {
    return this.#ledger.frames.has(frame);
  }

  /** Whether a result of this tile would count. */
  wants(frame: string, tile: number): boolean {
    const part = this.#ledger.frames.get(frame)?.parts[tile];
    return part !== undefined && part.kind !== 'done';
  }

  sourceOf(frame: string): string | undefined {
    return this.#ledger.frames.get(frame)?.source;
  }
}
