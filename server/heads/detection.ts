import type { Box } from './box.js';
import type { Candidate } from './nms.js';
import { type PixelBox, type Placement, toPictureBox, toPixelBox } from './placement.js';

/** One object that was found in a picture. */
export interface Detection {
  readonly label: string;
  readonly classIndex: number;
  /** Above the threshold, at most 1; of the first YOLO, whose scores are no probabilities, also above 1. */
  readonly score: number;
  /** Centre and size as fractions of the original picture, not clipped to it. */
  readonly box: Box;
  /** The same in pixels of the original picture, clipped to it. */
  readonly pixels: PixelBox;
}

export interface DetectionLimits {
  /** Scores must exceed it; Darknet's usual one is 0.5. */
  readonly threshold: number;
  /** Intersection over union above which the lesser of two boxes of one class goes; Darknet's usual one is 0.45. */
  readonly nms: number;
}

/** The detection that a candidate is in the picture; a class without a label is called by its number. */
export function detectionOf(
  { box: onInput, classIndex, score }: Candidate,
  labels: readonly string[],
  placement: Placement,
): Detection {
  const box = toPictureBox(onInput, placement);
  const pixels = toPixelBox(box, placement.pictureWidth, placement.pictureHeight);
  return { label: labels[classIndex] ?? `class ${classIndex}`, classIndex, score, box, pixels };
}
