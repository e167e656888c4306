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
