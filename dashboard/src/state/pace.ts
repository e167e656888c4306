import type { Frame } from '../contract-types.js';

export const SLOT_MS = 2_000;
export const SLOTS = 150;
/** Latencies kept of one slot; a faster cluster is sampled. */
const SAMPLES = 64;

/** The frames that ended within one slot of time. */
export interface PaceSlot {
  /** Whole slots since the epoch. */
  readonly slot: number;
  readonly complete: number;
  readonly failed: number;
  readonly latenciesMs: readonly number[];
}

/** The last five minutes, oldest first, without the slots in which nothing ended. */
export type Pace = readonly PaceSlot[];

/** Counts a frame that has ended. */
export function countEnded(pace: Pace, { endedAt, state, timing }: Frame): Pace {
  if (endedAt === null) return pace;
  const slot = Math.floor(Date.parse(endedAt) / SLOT_MS);
  const newest = pace.at(-1)?.slot ?? slot;
  if (slot <= newest - SLOTS) return pace;
  const index = pace.findLastIndex((each) => each.slot <= slot);
  const found = pace[index];
  const before = found?.slot === slot ? found : { slot, complete: 0, failed: 0, latenciesMs: [] };
  const { totalMs } = timing;
  const after: PaceSlot = {
    slot,
    complete: before.complete + (state === 'complete' ? 1 : 0),
    failed: before.failed + (state === 'failed' ? 1 : 0),
    latenciesMs:
      state === 'complete' && totalMs !== null ? [...before.latenciesMs, totalMs].slice(-SAMPLES) : before.latenciesMs,
  };
  const next = before === found ? pace.with(index, after) : pace.toSpliced(index + 1, 0, after);
  const oldest = Math.max(newest, slot) - SLOTS;
  return next[0]!.slot <= oldest ? next.filter((each) => each.slot > oldest) : next;
}

export interface PaceSummary {
  readonly framesPerSecond: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Over the last `windowMs`. The slot that has just begun counts as far as it has gone. */
export function summarise(pace: Pace, nowMs: number, windowMs: number): PaceSummary {
  const first = Math.floor((nowMs - windowMs) / SLOT_MS) + 1;
  const recent = pace.filter(({ slot }) => slot >= first);
  const seconds = (nowMs - first * SLOT_MS) / 1000;
  const complete = recent.reduce((sum, slot) => sum + slot.complete, 0);
  const latencies = recent.flatMap(({ latenciesMs }) => latenciesMs);
  return {
    framesPerSecond: seconds > 0 ? complete / seconds : 0,
    p50Ms: percentile(latencies, 0.5),
    p95Ms: percentile(latencies, 0.95),
  };
}

/** Nearest rank; null of nothing. */
export function percentile(values: readonly number[], fraction: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(fraction * sorted.length) - 1)] ?? sorted[0]!;
}

export interface PaceSeries {
  /** Epoch seconds, one a slot. */
  readonly times: number[];
  readonly framesPerSecond: (number | null)[];
  readonly p50Ms: (number | null)[];
  readonly p95Ms: (number | null)[];
}

/** Every whole slot of the last five minutes. */
export function paceSeries(pace: Pace, nowMs: number): PaceSeries {
  const last = Math.floor(nowMs / SLOT_MS) - 1;
  const bySlot = new Map(pace.map((slot) => [slot.slot, slot]));
  const slots = Array.from({ length: SLOTS }, (_, index) => last - SLOTS + 1 + index);
  const latency = (fraction: number) => slots.map((slot) => percentile(bySlot.get(slot)?.latenciesMs ?? [], fraction));
  return {
    times: slots.map((slot) => ((slot + 1) * SLOT_MS) / 1000),
    framesPerSecond: slots.map((slot) => (bySlot.get(slot)?.complete ?? 0) / (SLOT_MS / 1000)),
    p50Ms: latency(0.5),
    p95Ms: latency(0.95),
  };
}
