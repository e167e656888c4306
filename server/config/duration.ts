/** What `parseDuration` accepts, for the schema: a number and its unit. */
export const DURATION_PATTERN = '^[1-9][0-9]{0,5}(s|m|h|d)$';

const MS_PER_UNIT: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration that the schema has accepted: `7d` is 604,800,000. */
export function parseDuration(duration: string): number {
  return Number.parseInt(duration, 10) * MS_PER_UNIT[duration.at(-1)!]!;
}
