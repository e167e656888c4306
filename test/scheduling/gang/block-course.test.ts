import { expect, it } from 'vitest';
import type { MemberStage } from '../../../server/geometry/gang/gang-blocks.js';
import { type BlockDriver, blockCourse, type Course } from '../../../server/scheduling/gang/block-course.js';

const stage = (macs: number): MemberStage => ({ steps: [], owed: [], bodies: [], due: [], macs });
const STAGES = [stage(10), stage(20)];

/** Time that each pause of a course takes, in order. */
function follow<T>(course: Course<number, T>, clock: { ms: number }): T {
  let step = course.next();
  while (!step.done) {
    clock.ms += step.value;
    step = course.next();
  }
  return step.value;
}

function drive(changes: Partial<BlockDriver<number>> = {}) {
  const clock = { ms: 100 };
  const done: string[] = [];
  const driver: BlockDriver<number> = {
    nowMs: () => clock.ms,
    *prepare() {
      yield 5;
      done.push('picture');
    },
    *strips(_, index) {
      yield index;
      done.push(`strips ${index}`);
      return 8;
    },
    *compute({ macs }, index) {
      yield macs;
      done.push(`compute ${index}`);
      return { computeMs: macs - 1, macs };
    },
    handOver(_, index) {
      done.push(`hand over ${index}`);
      return index === 0 ? [{ to: 1, bytes: 64 }] : [];
    },
    *taken() {
      yield 3;
      done.push('taken');
      return true;
    },
    ...changes,
  };
  return { costs: follow(blockCourse(STAGES, 90, driver), clock), done };
}

it('goes from stage to stage, hands over the strips of each, and ends when all are taken', () => {
  const { costs, done } = drive();
  const stages = ['strips 0', 'compute 0', 'hand over 0', 'strips 1', 'compute 1', 'hand over 1'];
  expect(done).toEqual(['picture', ...stages, 'taken']);
  expect(costs).toEqual({
    ...{ waitMs: 10, prepareMs: 5, computeMs: 28, overlapBytes: 16, macs: 30, totalMs: 36, afterMs: 3 },
    stages: [
      { stripsMs: 0, beganMs: 5, endedMs: 15, computeMs: 9, sent: [{ to: 1, bytes: 64 }] },
      { stripsMs: 1, beganMs: 16, endedMs: 36, computeMs: 19, sent: [] },
    ],
  });
});

function* givenUp(): Course<number, null> {
  yield 1;
  return null;
}

it.each([
  ['while it waits for strips', { strips: givenUp }, ['picture']],
  ['while a stage is computed', { compute: givenUp }, ['picture', 'strips 0']],
] as const)('ends where the block is given up %s', (_, changes, before) => {
  const { costs, done } = drive(changes);
  expect(costs).toBeNull();
  expect(done).toEqual(before);
});

it('gives nothing where strips are not taken', () => {
  const { costs, done } = drive({
    *taken() {
      yield 1;
      return false;
    },
  });
  expect(costs).toBeNull();
  expect(done.at(-1)).toBe('hand over 1');
});
