import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** What a machine's clocks show. */
export interface ClockReading {
  /** Epoch ms; may jump when it is set. */
  readonly wallMs: number;
  /** Since the machine was booted; never jumps. */
  readonly upMs: number;
  /** Names the boot; null where the system does not say. */
  readonly boot: string | null;
}

/** What a store's clock showed, and the machine's clocks with it. */
export interface StoreTime extends ClockReading {
  readonly storeMs: number;
}

/** A wall clock that shows less was never set: machines without a battery begin in 1970. */
const LEAST_PLAUSIBLE_MS = Date.UTC(2020);

/**
 * The time that a store's clock shows when a gateway opens the store. Within one boot the time since the last reading is
 * that of the machine's uptime, however the wall clock was set. Over a boot it is the wall clock's, where both readings can
 * be true, and at least the uptime.
 *
 * @param before the store's last reading; null for a new store, whose clock begins with the wall clock.
 */
export function storeTimeAt(before: StoreTime | null, now: ClockReading): number {
  if (before === null) return now.wallMs;
  if (now.boot !== null && now.boot === before.boot) return before.storeMs + Math.max(0, now.upMs - before.upMs);
  const isPlausible = Math.min(before.wallMs, now.wallMs) >= LEAST_PLAUSIBLE_MS;
  const byWallMs = isPlausible ? now.wallMs - before.wallMs : 0;
  const leastMs = now.boot === null ? 0 : now.upMs;
  return before.storeMs + Math.max(0, leastMs, byWallMs);
}

/**
 * The clock by which kept frames age. It goes on evenly, from one life of the gateway to the next, while the wall clock may
 * jump: a machine without a battery-backed clock learns the time after it has been working for a while.
 */
export class StoreClock {
  #baseMs: number;

  /** @param startMs what it shows now. */
  constructor(startMs: number) {
    this.#baseMs = startMs - performance.now();
  }

  nowMs(): number {
    return this.#baseMs + performance.now();
  }

  /** Goes on from the last reading of an earlier life; null where there is none. */
  resume(before: StoreTime | null, now: ClockReading): void {
    this.#baseMs = storeTimeAt(before, now) - performance.now();
  }

  /** Shows this time or a later one. */
  atLeast(ms: number): void {
    this.#baseMs = Math.max(this.#baseMs, ms - performance.now());
  }
}

/** What this machine's clocks show now. */
export function readClocks(wallMs = Date.now()): ClockReading {
  return { wallMs, upMs: uptime() * 1000, boot: bootId() };
}

function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
