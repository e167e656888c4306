import type { Candidate } from './nms.js';

/** Numbers of a box: centre x and y, width and height as fractions of the network's input, class, score. */
export const BOX_NUMBERS = 6;

/** Boxes as they travel between threads and nodes, `BOX_NUMBERS` each. */
export function packCandidates(candidates: readonly Candidate[]): Float64Array<ArrayBuffer> {
  const packed = new Float64Array(BOX_NUMBERS * candidates.length);
  for (const [i, { box, classIndex, score }] of candidates.entries()) {
    packed.set([box.cx, box.cy, box.width, box.height, classIndex, score], BOX_NUMBERS * i);
  }
  return packed;
}

/** @returns null when the numbers are no boxes: some is not finite, an extent is below 0, or a class is no whole number from 0. */
export function unpackCandidates(packed: Float64Array): readonly Candidate[] | null {
  if (packed.length % BOX_NUMBERS !== 0 || !packed.every(Number.isFinite)) return null;
  const candidates: Candidate[] = [];
  for (let at = 0; at < packed.length; at += BOX_NUMBERS) {
    const [cx, cy, width, height, classIndex, score] = packed.subarray(at, at + BOX_NUMBERS) as unknown as Numbers;
    if (width < 0 || height < 0 || !Number.isInteger(classIndex) || classIndex < 0) return null;
    candidates.push({ box: { cx, cy, width, height }, classIndex, score });
  }
  return candidates;
}

type Numbers = readonly [number, number, number, number, number, number];
