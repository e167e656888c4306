/** `PROPERTY_RUNS=full` has property tests try as much as `.ci/run` does; otherwise they try a fifth of that. */
const isFull = process.env.PROPERTY_RUNS === 'full';

/** Returns how many cases a property test tries. */
export function propertyRuns(full: number): number {
  return isFull ? full : Math.ceil(full / 5);
}
