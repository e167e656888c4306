/** One measurement: what it took for that amount of work. */
export interface Sample {
  readonly amount: number;
  readonly ms: number;
}

export interface Line {
  readonly fixedMs: number;
  readonly msPerAmount: number;
}

/**
 * The line ms = fixed + amount * slope with the least squares of relative errors, so that small amounts count as much
 * as large ones. Neither is below 0: what would be is 0, and the other one is fitted alone.
 *
 * @throws RangeError without samples.
 */
export function fittedLine(samples: readonly Sample[]): Line {
  if (samples.length === 0) throw new RangeError('there are no samples');
  const weighted = samples.map(({ amount, ms }) => ({ amount, ms, weight: 1 / Math.max(ms, 1e-3) ** 2 }));
  const total = (of: (sample: Sample) => number) =>
    weighted.reduce((sum, sample) => sum + sample.weight * of(sample), 0);
  const weight = total(() => 1);
  const meanAmount = total(({ amount }) => amount) / weight;
  const meanMs = total(({ ms }) => ms) / weight;
  const spread = total(({ amount }) => (amount - meanAmount) ** 2);
  const slope = spread > 0 ? total(({ amount, ms }) => (amount - meanAmount) * (ms - meanMs)) / spread : 0;
  const fixedMs = meanMs - slope * meanAmount;
  if (slope <= 0) return { fixedMs: Math.max(0, meanMs), msPerAmount: 0 };
  if (fixedMs >= 0) return { fixedMs, msPerAmount: slope };
  return { fixedMs: 0, msPerAmount: total(({ amount, ms }) => amount * ms) / total(({ amount }) => amount ** 2) };
}
