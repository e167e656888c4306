/** Numbers with their units, as people read them: three digits that count. */

/** `169 KiB`, `1.83 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1000 * 1024) return `${threeDigits(bytes / 1024)} KiB`;
  if (bytes < 1000 * 1024 ** 2) return `${threeDigits(bytes / 1024 ** 2)} MiB`;
  return `${threeDigits(bytes / 1024 ** 3)} GiB`;
}

/** Multiply-accumulates: `13.2 MMAC`, `1.05 GMAC`. */
export function formatMacs(macs: number): string {
  if (macs < 1e6) return `${threeDigits(macs / 1e3)} kMAC`;
  return macs < 1e9 ? `${threeDigits(macs / 1e6)} MMAC` : `${threeDigits(macs / 1e9)} GMAC`;
}

/** `86 ms`, `1.34 s`. */
export function formatDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${threeDigits(ms / 1000)} s`;
}

/** A relative difference: `+3.1 %`, `-12.0 %`. */
export function formatDeviation(share: number): string {
  return `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
}

/** `1 tile`, `9 tiles`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function threeDigits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
