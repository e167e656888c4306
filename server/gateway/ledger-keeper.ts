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

  /** Frames that are still to end. */
  get size(): number {
    return this.#ledger.frames.size;
  }

  /** Whether a frame is still to end. */
  has(frame: string): boolean {
    return this.#ledger.frames.has(frame);
  }

  /** Whether a result of this part would count: a tile, or the slice of a layer in one attempt. */
  wants(frame: string, part: number, slice?: { readonly layer: number; readonly attempt: number }): boolean {
    const entry = this.#ledger.frames.get(frame);
    const state = entry?.parts[part];
    if (entry === undefined || state === undefined || state.kind === 'done') return false;
    if (slice === undefined) return entry.distribution.kind !== 'layered';
    return entry.layering?.layer === slice.layer && state.attempt === slice.attempt;
  }

  sourceOf(frame: string): string | undefined {
    return this.#ledger.frames.get(frame)?.source;
  }
}
