import { performance } from 'node:perf_hooks';
import { corrected, type GangOverheads } from '../../scheduling/gang/gang-overheads.js';
import { stepLedger } from '../../scheduling/ledger/frame-ledger.js';
import type { LedgerEffect, ResultVerdict } from '../../scheduling/ledger/ledger-effects.js';
import type { LedgerEvent, LedgerNotice, LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import { type PresentWork, presentWork } from '../../scheduling/ledger/ledger-gangs.js';
import { isDroppable } from '../../scheduling/ledger/ledger-start.js';
import { emptyLedger, type FrameLedger, type LedgerSettings } from '../../scheduling/ledger/ledger-state.js';

type ResultEvent = Extract<LedgerEvent, { kind: 'result' }>;

const TICK_MS = 200;
/**
 * The most that one look at the clock finds to have passed. When this process has not run for a while (its machine slept,
 * or gave it no time), heartbeats and results wait in its sockets: nobody is late who could not be heard.
 */
const MOST_PASSED_MS = 2 * TICK_MS;

/** Holds the frame ledger: hands it events and the clock, and has its effects carried out. */
export class LedgerRuntime implements LedgerSink {
  #ledger: FrameLedger;
  readonly #nowMs: () => number;
  #carryOut: (effect: LedgerEffect) => void = unconnected;
  #isStopped = false;
  #ticking: NodeJS.Timeout | undefined;
  /** The ledger's clock, */
  #ledgerMs: number;
  /** and when it was looked at. */
  #lookedMs: number;

  constructor(settings: LedgerSettings, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#lookedMs = nowMs();
    this.#ledgerMs = this.#lookedMs;
    this.#ledger = emptyLedger(settings, this.#ledgerMs);
  }

  /** Sets what carries out the effects. It may hand events back, so it is made after the runtime; it is set before the first event. */
  connect(carryOut: (effect: LedgerEffect) => void): void {
    this.#carryOut = carryOut;
  }

  start(): void {
    let before = performance.eventLoopUtilization();
    this.#ticking = setInterval(() => {
      const now = performance.eventLoopUtilization();
      this.apply({ kind: 'gateway-busy', share: performance.eventLoopUtilization(now, before).utilization });
      before = now;
      this.apply({ kind: 'tick' });
    }, TICK_MS);
  }

  /** Carries out no more effects: the gateway ends, and open frames stay open for its next life, whatever fails now. */
  stop(): void {
    clearInterval(this.#ticking);
    this.#isStopped = true;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Hands the ledger an event, and carries out its effects. */
  apply(event: LedgerNotice): void {
    const { ledger, effects } = stepLedger(this.#ledger, event, this.#clock());
    this.#ledger = ledger;
    this.#carryOutAll(effects);
  }

  /**
   * Has the ledger decide about a result, once.
   *
   * @param place puts an accepted result where the effects look for it; called before they are carried out. When it throws, the
   * ledger does not know of the result.
   */
  applyResult(result: Omit<ResultEvent, 'kind'>, place: () => void): ResultVerdict {
    const { ledger, effects, verdict } = stepLedger(this.#ledger, { kind: 'result', ...result }, this.#clock());
    if (verdict === 'accepted') place();
    this.#ledger = ledger;
    this.#carryOutAll(effects);
    return verdict ?? 'stale';
  }

  /** Frames that are still to end. */
  get size(): number {
    return this.#ledger.frames.size;
  }

  /** Whether a frame is still to end. */
  has(frame: string): boolean {
    return this.#ledger.frames.has(frame);
  }

  /** What of an open frame is valid; of another one everything is, since it ends by other ways. */
  presentWork(frame: string): PresentWork {
    const entry = this.#ledger.frames.get(frame);
    return entry === undefined ? { generation: 1 } : presentWork(entry);
  }

  /** Returns whether a newer frame of this camera would drop one that waits. */
  hasDroppable(origin: string): boolean {
    return [...this.#ledger.frames.values()].some(
      (entry) => entry.origin === origin && isDroppable(entry, this.#ledgerMs),
    );
  }

  /** By number of devices, from 1: what they are expected to take for a frame, in ms; empty while nothing is predicted. */
  get gangsMs(): readonly number[] {
    const { forecast, overheads } = this.#ledger;
    return forecast === null ? [] : corrected(forecast, overheads).sizesMs;
  }

  /** What frames took beside the time that their devices were predicted to be busy. */
  get overheads(): GangOverheads {
    return this.#ledger.overheads;
  }

  sourceOf(frame: string): string | undefined {
    return this.#ledger.frames.get(frame)?.source;
  }

  #carryOutAll(effects: readonly LedgerEffect[]): void {
    for (const effect of effects) if (!this.#isStopped) this.#carryOut(effect);
  }

  #clock(): number {
    const nowMs = this.#nowMs();
    this.#ledgerMs += Math.min(MOST_PASSED_MS, nowMs - this.#lookedMs);
    this.#lookedMs = nowMs;
    return this.#ledgerMs;
  }
}

function unconnected(effect: LedgerEffect): never {
  throw new TypeError(`expected connect() before the first event, got the effect ${effect.kind}`);
}
