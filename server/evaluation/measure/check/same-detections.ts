import type { Schemas } from '../../../../client/client.js';

type Detection = Schemas['Detection'];

/** Scores and box sides may differ by so much: F16 rounds values at other places where blocks have other borders. */
const TOLERANCE = 0.02;

/**
 * Returns whether two runs on one picture found the same things: each detection has a counterpart of its class whose score and box
 * (fractions of the picture) are within 0.02. Detections with a score of less than 0.02 above the threshold need none.
 */
export function areSameDetections(one: readonly Detection[], other: readonly Detection[], threshold: number): boolean {
  const isSure = ({ score }: Detection) => score > threshold + TOLERANCE;
  const covers = (all: readonly Detection[], wanted: readonly Detection[]) =>
    wanted.filter(isSure).every((detection) => all.some((candidate) => areNear(candidate, detection)));
  return covers(one, other) && covers(other, one);
}

function areNear(one: Detection, other: Detection): boolean {
  if (one.classIndex !== other.classIndex) return false;
  const pairs = (['cx', 'cy', 'width', 'height'] as const).map((side) => [one.box[side], other.box[side]] as const);
  return [[one.score, other.score] as const, ...pairs].every(([a, b]) => Math.abs(a - b) <= TOLERANCE);
}
