import type { Tensor } from '../../engine/inference-engine.js';

/**
 * The share of a map's largest value by which a merged map may differ from that of the whole network, by the type in which
 * maps travel. F16 rounds a value by 2^-11 of itself at most; tiles compute on with strips that were rounded, segment by
 * segment (measured: 4e-4 to 7e-4).
 */
export const TOLERANCE = { f32: 1e-5, f16: 2e-3 } as const;

/** The least value to which a difference is related: F32 maps of smaller values may differ by 1e-6. */
const LEAST_SCALE = 0.1;

type Values = Tensor['data'];

/** The distance of a map from the one that it should be. */
export interface MapDifference {
  /** Largest difference of two values; infinite when the maps differ in size or a value is no number. */
  readonly absolute: number;
  /** The same as a share of the wanted map's largest value, or of 0.1 where all values are smaller. */
  readonly relative: number;
}

/** The largest difference of several maps. */
export function mapsDifference(got: readonly Values[], wanted: readonly Values[]): MapDifference {
  const infinite = { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
  if (got.length !== wanted.length) return infinite;
  const all = got.map((map, i) => mapDifference(map, wanted[i]!));
  return {
    absolute: Math.max(...all.map(({ absolute }) => absolute)),
    relative: Math.max(...all.map(({ relative }) => relative)),
  };
}

export function mapDifference(got: Values, wanted: Values): MapDifference {
  if (got.length !== wanted.length) return { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
  let absolute = 0;
  let largest = LEAST_SCALE;
  for (let i = 0; i < wanted.length; i++) {
    const value = Number(wanted[i]);
    const difference = Math.abs(Number(got[i]) - value);
    // Not Math.max: a value that is no number must not pass for no difference.
    if (!(difference <= absolute)) absolute = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    largest = Math.max(largest, Math.abs(value));
  }
  return { absolute, relative: absolute / largest };
}

/** The `relative` difference of two maps, or the largest of several. */
export function relativeDifference<Maps extends Values | readonly Values[]>(got: Maps, wanted: Maps): number {
  if (Array.isArray(got)) return mapsDifference(got, wanted as readonly Values[]).relative;
  return mapDifference(got as Values, wanted as Values).relative;
}
