import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyTaskQueue,
  enqueueTasks,
  requeueTask,
  type TaskQueue,
  takeTask,
} from '../../../server/scheduling/device/task-queue.js';
import { sameTile, type TaskKey } from '../../../server/scheduling/task-key.js';

const task = (frame: string, tile: number, attempt = 1): TaskKey => ({ frame, tile, generation: 1, attempt });

function queueOf(limit: number, ...tasks: TaskKey[]): TaskQueue<TaskKey> {
  return enqueueTasks(emptyTaskQueue<TaskKey>(limit), tasks)!;
}

function takeAll(queue: TaskQueue<TaskKey>): TaskKey[] {
  const { queue: rest, task: first } = takeTask(queue);
  return first === null ? [] : [first, ...takeAll(rest)];
}

describe('a task queue', () => {
  it('hands out in the order in which tasks came', () => {
    const queue = enqueueTasks(queueOf(9, task('f', 1), task('f', 0)), [task('g', 0)])!;
    expect(takeAll(queue)).toEqual([task('f', 1), task('f', 0), task('g', 0)]);
  });

  it('gives nothing when it is empty', () => {
    const queue = emptyTaskQueue<TaskKey>(3);
    expect(takeTask(queue)).toEqual({ queue, task: null });
  });

  it.each([
    ['all that fit', 3, 2, 3],
    ['none of those that do not', 2, 2, null],
    ['nothing into one of no size', 0, 0, 0],
  ])('takes %s', (_what, limit, more, length) => {
    const queue = queueOf(limit, ...(limit > 0 ? [task('f', 0)] : []));
    const tasks = Array.from({ length: more }, (_, tile) => task('g', tile));
    expect(enqueueTasks(queue, tasks)?.tasks.length ?? null).toBe(length);
  });

  it('puts a task that comes back in front, even when it is full', () => {
    const queue = requeueTask(queueOf(2, task('f', 1), task('f', 2)), task('f', 0));
    expect(takeAll(queue)).toEqual([task('f', 0), task('f', 1), task('f', 2)]);
    expect(enqueueTasks(queue, [task('g', 0)])).toBeNull();
  });

  it.each([
    ['the same attempt', 1, 1, 1],
    ['an older one', 1, 2, 2],
    ['a newer one', 2, 1, 2],
  ])('keeps the newest attempt, in front, when %s comes back', (_what, back, queuedAttempt, kept) => {
    const queue = queueOf(9, task('f', 1), task('f', 0, queuedAttempt));
    expect(takeAll(requeueTask(queue, task('f', 0, back)))).toEqual([task('f', 0, kept), task('f', 1)]);
  });
});

type Step =
  | { readonly kind: 'enqueue'; readonly count: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'hand back'; readonly pick: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('enqueue' as const), count: fc.nat(6) }),
    fc.record({ kind: fc.constant('take' as const) }),
    fc.record({ kind: fc.constant('hand back' as const), pick: fc.nat(20) }),
  ),
  { maxLength: 60, size: 'max' },
);

describe('any use of a task queue', () => {
  it('loses no task and doubles none, and never takes more than its bound', () => {
    fc.assert(
      fc.property(fc.nat(10), steps, (limit, script) => {
        let queue: TaskQueue<TaskKey> = emptyTaskQueue(limit);
        let accepted = 0;
        const out: TaskKey[] = [];
        for (const step of script) {
          const before = Object.freeze([...queue.tasks]);
          if (step.kind === 'enqueue') {
            const tasks = Array.from({ length: step.count }, (_, i) => task('f', accepted + i));
            const next = enqueueTasks(queue, tasks);
            expect(next === null).toBe(before.length + step.count > limit);
            expect(queue.tasks).toEqual(before);
            if (next !== null) accepted += step.count;
            queue = next ?? queue;
          } else if (step.kind === 'take') {
            const taken = takeTask(queue);
            expect(taken.task).toEqual(before[0] ?? null);
            if (taken.task !== null) out.push(taken.task);
            queue = taken.queue;
          } else if (out.length > 0) {
            const [back] = out.splice(step.pick % out.length, 1);
            queue = requeueTask(queue, back!);
            expect(queue.tasks[0]).toBe(back);
          }
        }
        const tiles = [...queue.tasks, ...out].map(({ tile }) => tile).sort((a, b) => a - b);
        expect(tiles).toEqual(Array.from({ length: accepted }, (_, tile) => tile));
      }),
    );
  });
});

describe('sameTile', () => {
  it('looks at frame and tile, not at the attempt', () => {
    expect(sameTile(task('f', 1, 1), task('f', 1, 2))).toBe(true);
    expect(sameTile(task('f', 1), task('f', 2))).toBe(false);
    expect(sameTile(task('f', 1), task('g', 1))).toBe(false);
  });
});
