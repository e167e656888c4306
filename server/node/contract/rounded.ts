/**
 * A copy of a document with as many digits as people need: times (`…Ms`) to a tenth of a millisecond, scores to four digits after the point.
 */
export function rounded<T>(document: T): T {
  if (Array.isArray(document)) return document.map(rounded) as T;
  if (typeof document !== 'object' || document === null) return document;
  const entries = Object.entries(document).map(([key, value]) => [key, roundedEntry(key, value)] as const);
  return Object.fromEntries(entries) as T;
}

function roundedEntry(key: string, value: unknown): unknown {
  if (typeof value !== 'number') return rounded(value);
  if (key.endsWith('Ms')) return Math.round(value * 10) / 10;
  return key === 'score' ? Math.round(value * 1e4) / 1e4 : value;
}
