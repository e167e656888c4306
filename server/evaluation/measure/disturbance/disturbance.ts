import { median } from '../../statistics/statistics.js';

/** A fault of one device during the middle third of the rounds. */
export type Disturbance =
  /** It has another share of a core. */
  | { readonly kind: 'slow'; readonly device: number; readonly cpuCores: number }
  /** Its link is cut off for a moment, again and again: what is sent meanwhile is lost. */
  | { readonly kind: 'lossy'; readonly device: number };

export type Phase = 'before' | 'during' | 'after';

/** Rounds that a disturbance needs for one in each of its thirds. */
export const LEAST_ROUNDS = 3;

/** Returns the third of all rounds that a round is in. */
export function phaseOf(round: number, rounds: number): Phase {
  const third = Math.floor(rounds / 3);
  if (round < third) return 'before';
  return round < 2 * third ? 'during' : 'after';
}

/** Frame times of one strategy in one phase. */
export interface PhaseReport {
  /** Median seconds from submission to answer. */
  readonly seconds: number;
  /** Median of the second half of the phase, by which the cluster has had time to adapt. */
  readonly settledSeconds: number;
  /** Frames until three in a row took, by their median, at most 15 % more than `settledSeconds`. */
  readonly settledAfter: number;
  /** Of every frame, in the order of submission. */
  readonly frames: readonly number[];
}

const IN_A_ROW = 3;
const SETTLED = 1.15;

/** @param frames seconds of each frame of a phase; at least one. */
export function reportPhase(frames: readonly number[]): PhaseReport {
  const settledSeconds = median(frames.slice(Math.floor(frames.length / 2)));
  const isSettled = (_: number, at: number) => median(frames.slice(at, at + IN_A_ROW)) <= SETTLED * settledSeconds;
  const settledAfter = frames.findIndex(isSettled);
  return {
    seconds: median(frames),
    settledSeconds,
    settledAfter: settledAfter < 0 ? frames.length : settledAfter,
    frames,
  };
}
