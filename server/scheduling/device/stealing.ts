import type { Holder } from '../reuse/tile-reuse.js';

/** The device's tasks, as far as stealing depends on them. */
interface StolenFor {
  readonly pending: number;
  readonly stolen: number;
  readonly isIdle: boolean;
}

export interface StealingParts {
  readonly board: StolenFor;
  /** Tasks fetched ahead while one is computed. */
  readonly prefetch: number;
  /** How long the gateway may hold the question for a victim; 0: it answers at once. */
  readonly waitMs: number;
  /** With `waitMs` 0: how long to wait when there was nothing to steal. */
  readonly pollMs: number;
  /** The number of the first request; grows with each. */
  readonly firstSequence: number;
  /** The wait after so many failures in a row. */
  retryMs(failures: number): number;
  /** Until when a node that keeps failing is not asked; null for one that is. */
  suspendedUntilMs(address: string): number | null;
}

/** A question for a victim. */
export interface VictimQuestion {
  readonly sequence: number;
  /** The gateway may hold it so long. */
  readonly waitMs: number;
  /** Devices that this one does not ask now. */
  readonly avoid: readonly string[];
}

/** What a device does to come by a task. Each effect but `hang-up` is answered by one event. */
export type StealEffect =
  /** Ask the gateway; answered by `victimNamed` or `failed`. */
  | { readonly kind: 'ask-victim'; readonly question: VictimQuestion }
  /** Own work has come: the question that the gateway holds is answered with nothing. */
  | { readonly kind: 'hang-up' }
  /** Answered by `taskCame` or `failed`. */
  | { readonly kind: 'ask-task'; readonly victim: Holder; readonly sequence: number }
  /** Answered by `due`. */
  | { readonly kind: 'steal-later'; readonly ms: number };

/** Of so many victims it is known whether they are suspended; the contract takes no more. */
const VICTIMS_LIMIT = 64;

/**
 * Decides when a device steals and from which victim (the paper's stealer thread): while it has no tasks of its own, and fewer stolen
 * ones than it fetches ahead. One request is under way at a time.
 */
export class Stealing {
  readonly #parts: StealingParts;
  readonly #emit: (effect: StealEffect) => void;
  #state: 'resting' | 'asking-victim' | 'asking-task' | 'waiting' = 'resting';
  #isPaused = false;
  /** The device has other work than tasks. */
  #isHeld = false;
  #sequence: number;
  #failures = 0;
  /** Addresses of the latest victims, by device. */
  readonly #victims = new Map<string, string>();

  /** @param emit told what to do. */
  constructor(parts: StealingParts, emit: (effect: StealEffect) => void) {
    this.#parts = parts;
    this.#emit = emit;
    this.#sequence = parts.firstSequence;
  }

  /** True while a request is under way that may bring a task. */
  get isAsking(): boolean {
    return this.#state === 'asking-victim' || this.#state === 'asking-task';
  }

  /** The board has changed. */
  look(nowMs: number): void {
    const { board, prefetch } = this.#parts;
    if (this.#state === 'asking-victim' && board.pending > 0) this.#emit({ kind: 'hang-up' });
    if (this.#state !== 'resting' || this.#isPaused || this.#isHeld || board.pending > 0) return;
    if (board.stolen >= prefetch && !board.isIdle) return;
    this.#state = 'asking-victim';
    this.#emit({ kind: 'ask-victim', question: this.#question(nowMs) });
  }

  /** @param victim null: there is none, or the question was cut short. */
  victimNamed(victim: Holder | null, nowMs: number): void {
    if (victim === null || this.#isPaused || this.#isHeld) {
      this.#foundNothing(nowMs);
      return;
    }
    const { device, address } = victim;
    this.#victims.delete(device);
    this.#victims.set(device, address);
    if (this.#victims.size > VICTIMS_LIMIT) this.#victims.delete(this.#victims.keys().next().value!);
    this.#state = 'asking-task';
    this.#emit({ kind: 'ask-task', victim, sequence: this.#sequence });
  }

  /** The victim has answered. @param isThere false: it had no task left. */
  taskCame(isThere: boolean, nowMs: number): void {
    this.#failures = 0;
    if (isThere) this.#rest(nowMs);
    else this.#foundNothing(nowMs);
  }

  /** The gateway or the victim has not answered, or nonsense. */
  failed(): void {
    this.#failures++;
    this.#later(this.#parts.retryMs(this.#failures));
  }

  /** The wait is over, or has become pointless. */
  due(nowMs: number): void {
    if (this.#state === 'waiting') this.#rest(nowMs);
  }

  /** Steals no more; a request that is under way may still bring a task. */
  pause(): void {
    this.#isPaused = true;
    if (this.#state === 'asking-victim') this.#emit({ kind: 'hang-up' });
  }

  resume(nowMs: number): void {
    this.#isPaused = false;
    this.look(nowMs);
  }

  /** Steals nothing until `release`. */
  hold(): void {
    this.#isHeld = true;
    if (this.#state === 'asking-victim') this.#emit({ kind: 'hang-up' });
  }

  release(nowMs: number): void {
    this.#isHeld = false;
    this.look(nowMs);
  }

  #foundNothing(nowMs: number): void {
    const { pollMs, waitMs } = this.#parts;
    this.#failures = 0;
    if (waitMs === 0) this.#later(pollMs);
    else this.#rest(nowMs);
  }

  #later(ms: number): void {
    this.#state = 'waiting';
    this.#emit({ kind: 'steal-later', ms });
  }

  #rest(nowMs: number): void {
    this.#state = 'resting';
    this.look(nowMs);
  }

  /** The gateway is to name other victims than suspended ones, and to hold the question until one of these can be asked again at most. */
  #question(nowMs: number): VictimQuestion {
    const { suspendedUntilMs, waitMs } = this.#parts;
    const avoid: string[] = [];
    let heldMs = waitMs;
    for (const [device, address] of this.#victims) {
      const untilMs = suspendedUntilMs(address);
      if (untilMs === null) continue;
      avoid.push(device);
      heldMs = Math.min(heldMs, Math.max(0, untilMs - nowMs));
    }
    return { sequence: ++this.#sequence, waitMs: Math.ceil(heldMs), avoid };
  }
}
