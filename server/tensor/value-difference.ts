/**
 * How far two sets of lists of values are apart: the most of any two. Of two lists it is their largest difference, as a share of the largest value of either. Where
 * neither is a number, or both are the same infinity, they are the same; where only one is, they are infinitely apart.
 * Infinities do not count as the largest value: beside them nothing would differ.
 */
export function relativeDifferences(some: readonly Float32Array[], others: readonly Float32Array[]): number {
  if (some.length !== others.length) return Number.POSITIVE_INFINITY;
  return some.reduce((most, values, i) => Math.max(most, relativeDifference(values, others[i]!)), 0);
}

/** The same of one list. */
export function relativeDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let deviation = 0;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (Number.isFinite(x) && Number.isFinite(y)) {
      deviation = Math.max(deviation, Math.abs(x - y));
      largest = Math.max(largest, Math.abs(x), Math.abs(y));
    } else if (!Object.is(x, y)) return Number.POSITIVE_INFINITY;
  }
  return deviation === 0 ? 0 : deviation / largest;
}
