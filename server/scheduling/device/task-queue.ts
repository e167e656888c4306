import { sameTile, type TaskKey } from '../task-key.js';

/**
 * The tasks that wait on one device, in the order in which they are handed out, to the device itself and to thieves
 * alike (paper section IV.B.1). Bounded; frozen data, each operation gives a new queue.
 */

export interface TaskQueue<Task extends TaskKey> {
  readonly tasks: readonly Task[];
  readonly limit: number;
}

export function emptyTaskQueue<Task extends TaskKey>(limit: number): TaskQueue<Task> {
  return { tasks: [], limit };
}

/**
 * Puts tasks at the end, all of them or none: half a frame would be worse than a refusal.
 *
 * @returns null when they do not fit.
 */
export function enqueueTasks<Task extends TaskKey>(
  queue: TaskQueue<Task>,
  tasks: readonly Task[],
): TaskQueue<Task> | null {
  if (queue.tasks.length + tasks.length > queue.limit) return null;
  return { ...queue, tasks: [...queue.tasks, ...tasks] };
}

/**
 * Puts a task that came back in front: it has waited already, and its frame with it. Where a newer attempt of it has
 * been queued meanwhile, that one goes in front instead. The bound does not hold here: what was handed out was within
 * it.
 */
export function requeueTask<Task extends TaskKey>(queue: TaskQueue<Task>, task: Task): TaskQueue<Task> {
  const newer = queue.tasks.find((other) => sameTile(other, task) && other.attempt > task.attempt);
  return { ...queue, tasks: [newer ?? task, ...queue.tasks.filter((other) => !sameTile(other, task))] };
}

/**
 * Takes the next task out.
 *
 * @param choose which of the queued tasks is next, by index; the first when not given.
 */
export function takeTask<Task extends TaskKey>(
  queue: TaskQueue<Task>,
  choose: (tasks: readonly Task[]) => number = () => 0,
): { readonly queue: TaskQueue<Task>; readonly task: Task | null } {
  if (queue.tasks.length === 0) return { queue, task: null };
  const index = choose(queue.tasks);
  return { queue: { ...queue, tasks: queue.tasks.toSpliced(index, 1) }, task: queue.tasks[index]! };
}
