import { describe, expect, it } from 'vitest';
import { PLANNING_STEPS, PlanningProgress } from '../../server/node/planning-progress.js';

/** @param stepsMs what each step takes. */
function linesOf(stepsMs: readonly number[]): readonly string[] {
  const lines: string[] = [];
  let nowMs = 5_000;
  const progress = new PlanningProgress(
    (text) => lines.push(text),
    () => nowMs,
  );
  for (const ms of stepsMs) {
    nowMs += ms;
    progress.stepDone();
  }
  return lines;
}

describe('the progress of planning', () => {
  it('is not told when planning is quick', () => {
    expect(linesOf(PLANNING_STEPS.map(() => 1_000 / PLANNING_STEPS.length))).toEqual([]);
  });

  it('is told after each step once it has taken more than a second', () => {
    expect(linesOf([800, 700, 1_100])).toEqual([
      'planning: 2 of 3 steps done after 1.5 s, next is the stages of gangs',
      'planning: 3 of 3 steps done after 2.6 s',
    ]);
  });
});
