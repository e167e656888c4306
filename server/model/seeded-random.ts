/** Numbers in [0, 1), the same on every machine for one seed: 32-bit integer arithmetic only. */
export type SeededRandom = () => number;

const WEYL_STEP = 0x9e3779b9;

/**
 * A counter that steps by the golden ratio, scrambled by two rounds of multiply and shift (the finaliser of
 * MurmurHash3). Good enough for weights and tests, not for secrets.
 *
 * @param seed any integer; its lowest 32 bits count.
 * @param stream independent sequences under one seed.
 */
export function seededRandom(seed: number, stream = 0): SeededRandom {
  let state = scramble((seed >>> 0) ^ scramble(stream + 1));
  return () => {
    state = (state + WEYL_STEP) >>> 0;
    return scramble(state) / 2 ** 32;
  };
}

function scramble(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
