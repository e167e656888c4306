/** How far a map is from the one that it should be. */
export interface MapDifference {
  /** Largest difference of two values; infinite when the maps differ in size or a value is none. */
  readonly absolute: number;
  /** The same as a share of the wanted map's largest value. */
  readonly relative: number;
}

/** The largest of several maps. */
export function mapsDifference(got: readonly Float32Array[], wanted: readonly Float32Array[]): MapDifference {
  const infinite = { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
  if (got.length !== wanted.length) return infinite;
  const all = got.map((map, i) => mapDifference(map, wanted[i]!));
  return {
    absolute: Math.max(...all.map(({ absolute }) => absolute)),
    relative: Math.max(...all.map(({ relative }) => relative)),
  };
}

export function mapDifference(got: Float32Array, wanted: Float32Array): MapDifference {
  if (got.length !== wanted.length) return { absolute: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY };
  let absolute = 0;
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(got[i]! - wanted[i]!);
    // Not Math.max: a value that is no number must not pass for no difference.
    if (!(difference <= absolute)) absolute = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    largest = Math.max(largest, Math.abs(wanted[i]!));
  }
  return { absolute, relative: absolute === 0 ? 0 : absolute / largest };
}

/** Largest difference of two maps, or of several, as a share of the second one's largest value. */
export function relativeDifference<Maps extends Float32Array | readonly Float32Array[]>(
  got: Maps,
  wanted: Maps,
): number {
  if (got instanceof Float32Array) return mapDifference(got, wanted as Float32Array).relative;
  return mapsDifference(got, wanted as readonly Float32Array[]).relative;
}
