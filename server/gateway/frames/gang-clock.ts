import type { MemberPlan } from '../../geometry/gang/gang-blocks.js';
import type { BlockTimes } from '../../scheduling/gang/block-times.js';

/** A member's block on the gateway's clock. */
export interface PlacedBlock {
  readonly times: BlockTimes;
  /** At the latest: the way of its result to the gateway shows as a shift to the right. */
  readonly startedAtMs: number;
}

/**
 * Shifts blocks to the left, each by as little as possible, so that no stage begins before another member has computed the strips
 * that it reads.
 *
 * @param blocks by member; those that are done.
 * @param plans by member.
 * @returns by member: when its block was started.
 */
export function alignedStarts(
  blocks: ReadonlyMap<number, PlacedBlock>,
  plans: readonly Pick<MemberPlan, 'stages'>[],
): ReadonlyMap<number, number> {
  const starts = new Map([...blocks].map(([member, { startedAtMs }]) => [member, startedAtMs]));
  const needs = [...blocks.keys()].flatMap((to) => needsOf(blocks, plans, to));
  // A shift is passed on from member to member, so as many rounds as members are enough.
  for (let round = 0; round < blocks.size; round++) {
    for (const { from, readyMs, readMs, to } of needs) {
      starts.set(from, Math.min(starts.get(from)!, starts.get(to)! + readMs - readyMs));
    }
  }
  return starts;
}

/** Strips that a member reads: when they are read and when they are ready, each since its own member's start. */
function needsOf(blocks: ReadonlyMap<number, PlacedBlock>, plans: readonly Pick<MemberPlan, 'stages'>[], to: number) {
  return plans[to]!.stages.flatMap(({ due }, index) => {
    const readMs = blocks.get(to)!.times.stages[index]?.beganMs;
    return due.flatMap(({ from, stage }) => {
      const readyMs = blocks.get(from)?.times.stages[stage]?.endedMs;
      return readMs === undefined || readyMs === undefined ? [] : [{ from, to, readMs, readyMs }];
    });
  });
}
