import type { Course } from '../../scheduling/gang/block-course.js';

/**
 * Follows a course that pauses at promises.
 *
 * @throws what one of them is rejected with; the course goes no further.
 */
export async function followCourse<T>(course: Course<Promise<unknown>, T>): Promise<T> {
  let step = course.next();
  while (!step.done) step = course.next(await step.value);
  return step.value;
}
