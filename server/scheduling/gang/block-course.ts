import type { MemberStage } from '../../geometry/gang/gang-blocks.js';
import type { BlockCosts, SentStrips, StageTime } from './block-times.js';

/** Work of a course, which pauses at each `Pause`: a node's pauses are promises, the simulator's are of simulated time. */
export type Course<Pause, T> = Generator<Pause, T, unknown>;

/** The engine's work for a stage. */
export interface StageRun {
  readonly computeMs: number;
  /** Multiply-accumulates executed. */
  readonly macs: number;
}

/** Carries out what a block's course says, with a compute thread and sockets, or in simulated time. */
export interface BlockDriver<Pause> {
  /** Of any clock. */
  nowMs(): number;
  /** Gets the member's part of the letterboxed picture. */
  prepare(): Course<Pause, void>;
  /** Waits for strips. @returns bytes of their values; null when the block is given up. */
  strips(stage: MemberStage, index: number): Course<Pause, number | null>;
  /** Computes a stage of the part and of the strips that have come since the last one. @returns null when the block is given up. */
  compute(stage: MemberStage, index: number): Course<Pause, StageRun | null>;
  /** Begins to hand over the strips that the stage owes. @returns what goes out. */
  handOver(stage: MemberStage, index: number): readonly SentStrips[];
  /** Waits until all strips have been taken. @returns false when the block is given up. */
  taken(): Course<Pause, boolean>;
}

/**
 * The course of a member's block: its part of the picture; then stage after stage, each as soon as its strips are there, while the strips
 * of those before it are handed over; at the end it waits until these have been taken. Pure: a driver does it, on nodes and in the simulator.
 *
 * @param arrivedMs when the task came, by the driver's clock.
 * @returns what the block took; null when it was given up.
 */
export function* blockCourse<Pause>(
  stages: readonly MemberStage[],
  arrivedMs: number,
  driver: BlockDriver<Pause>,
): Course<Pause, BlockCosts | null> {
  const startedMs = driver.nowMs();
  const passedMs = () => driver.nowMs() - startedMs;
  yield* driver.prepare();
  const prepareMs = passedMs();
  const times: StageTime[] = [];
  let [computeMs, overlapBytes, macs] = [0, 0, 0];
  for (const [index, stage] of stages.entries()) {
    const waitedMs = passedMs();
    const bytes = yield* driver.strips(stage, index);
    if (bytes === null) return null;
    const beganMs = passedMs();
    const run = yield* driver.compute(stage, index);
    if (run === null) return null;
    const endedMs = passedMs();
    const sent = driver.handOver(stage, index);
    times.push({ stripsMs: beganMs - waitedMs, beganMs, endedMs, computeMs: run.computeMs, sent });
    computeMs += run.computeMs;
    macs += run.macs;
    overlapBytes += bytes;
  }
  const totalMs = passedMs();
  if (!(yield* driver.taken())) return null;
  const afterMs = passedMs() - totalMs;
  return { waitMs: startedMs - arrivedMs, computeMs, overlapBytes, macs, prepareMs, stages: times, totalMs, afterMs };
}
