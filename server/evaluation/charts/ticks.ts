/** Where an axis from 0 has its marks: steps of 1, 2 or 5 times a power of ten. */
export interface Ticks {
  readonly values: readonly number[];
  /** The last of them: the axis ends there. */
  readonly end: number;
  /** Decimals that tell them apart. */
  readonly decimals: number;
}

/** @param most largest value to be shown, above 0. @param count about so many steps. */
export function ticksTo(most: number, count: number): Ticks {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough * 0.999)!;
  const steps = Math.max(1, Math.ceil(most / step - 1e-9));
  return {
    values: Array.from({ length: steps + 1 }, (_, index) => index * step),
    end: steps * step,
    decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
  };
}
