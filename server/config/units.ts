/** A size in bytes as cluster.yaml has it: a number of bytes, or text such as `20MiB`. */
export type ByteSize = number | string;

const BYTES_PER_UNIT = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** What `parseByteSize` accepts as text, for the schema. */
export const BYTE_SIZE_PATTERN = '^[0-9]{1,15}(KiB|MiB|GiB)?$';

/** Bytes of a size that the schema has accepted: `20MiB` is 20,971,520. */
export function parseByteSize(size: ByteSize): number {
  if (typeof size === 'number') return size;
  const unit = size.slice(-3);
  const factor = Object.hasOwn(BYTES_PER_UNIT, unit) ? BYTES_PER_UNIT[unit as keyof typeof BYTES_PER_UNIT] : 1;
  return Number.parseInt(size, 10) * factor;
}

/** The largest unit that says it without a fraction: 1536 is `1536`, 2048 is `2KiB`. */
export function formatByteSize(bytes: number): string {
  for (const [unit, factor] of Object.entries(BYTES_PER_UNIT).reverse()) {
    if (bytes > 0 && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

/** The pattern of a duration in the schema: a number and its unit. */
export const DURATION_PATTERN = '^[1-9][0-9]{0,5}(s|m|h|d)$';

const MS_PER_UNIT: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration that the schema has accepted: `7d` is 604,800,000. */
export function parseDuration(duration: string): number {
  return Number.parseInt(duration, 10) * MS_PER_UNIT[duration.at(-1)!]!;
}
