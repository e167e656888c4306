import { DeepThingsError } from '../../errors.js';
import type { RegionLayer } from '../../formats/darknet/layers.js';
import type { Box } from '../../heads/box.js';
import { type Candidate, suppressNonMaxima } from '../../heads/nms.js';
import { type PixelBox, type Placement, toPictureBox, toPixelBox } from '../../heads/placement.js';
import type { Network } from '../network.js';
import { headOf } from './head.js';
import { decodeRegion } from './region-head.js';

/** One object that was found in a picture. */
export interface Detection {
  readonly label: string;
  readonly classIndex: number;
  /** Above the threshold, at most 1. */
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

/**
 * Makes detections of the output of the layer before the head.
 *
 * @param headOutput raw, `[anchors * (coords + 1 + classes), height, width]`.
 * @param placement where the picture lay on the network's input.
 * @returns highest score first.
 * @throws DT_HEAD_MISSING when the network has no detection head, DT_HEAD_OUTPUT when the output is not the head's.
 */
export function detect(
  headOutput: Float32Array,
  network: Network,
  placement: Placement,
  limits: DetectionLimits,
): readonly Detection[] {
  const head = detectionHead(network);
  return suppressNonMaxima(decodeRegion(headOutput, head, limits.threshold), limits.nms)
    .map((candidate) => detectionOf(candidate, network.labels, placement))
    .sort((a, b) => b.score - a.score);
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

/**
 * The network's head, which no engine runs.
 *
 * @throws DT_HEAD_MISSING
 */
export function detectionHead(network: Network): RegionLayer {
  const head = headOf(network.layers);
  if (head?.kind !== 'region') {
    throw new DeepThingsError(
      'DT_HEAD_MISSING',
      `model ${network.name} ends in ${network.layers.at(-1)?.kind ?? 'nothing'}, and detection needs a [region] layer at its end`,
    );
  }
  return head;
}
