import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { sharedData } from './shared-data.js';

/** What Darknet itself finds in a photograph. */
interface DarknetDetection {
  readonly label: string;
  readonly score: number;
  readonly cx: number;
  readonly cy: number;
  readonly w: number;
  readonly h: number;
}

type Detection = Schemas['Detection'];

export const YOLO_LITE_MODELS = ['tiny-yolov2-trial3', 'tiny-yolov2-trial3-noBatch'];
export const DARKNET_PHOTOS = ['dog.jpg', 'person.jpg', 'horses.jpg', 'giraffe.jpg'];

/** What Darknet finds from here on must be found, and nothing else. */
const CERTAIN = 0.28;
const SCORE_TOLERANCE = 0.03;
const BOX_TOLERANCE = 0.02;

/** The `model:` line of a cluster.yaml for one of YOLO-LITE's detectors. */
export function yoloLiteModel(model: string): string {
  const [cfg, weights] = ['cfg', 'weights'].map((ending) => sharedData(`yolo-lite/${model}.${ending}`));
  return `model: { cfg: ${cfg}, weights: ${weights}, labels: ${sharedData('darknet-cfg/voc.names')}, threshold: 0.2, nms: 0.45 }`;
}

/** Expects the detections that Darknet has for this model and photograph. */
export function expectDarknetDetections(model: string, photo: string, found: readonly Detection[]): void {
  const wanted = expectedDetections()[`${model}/${photo}`]!;
  for (const detection of wanted.filter(({ score }) => score >= CERTAIN)) {
    const matching = found.filter((candidate) => matches(candidate, detection));
    expect(matching, `${photo}: ${JSON.stringify(detection)}`).not.toHaveLength(0);
  }
  // A detection that Darknet scores just below the line may come out just above it.
  for (const detection of found.filter(({ score }) => score >= CERTAIN)) {
    const matching = wanted.filter((candidate) => matches(detection, candidate));
    expect(matching, `${photo}: ${JSON.stringify(detection)}`).not.toHaveLength(0);
  }
}

function expectedDetections(): Readonly<Record<string, readonly DarknetDetection[]>> {
  return JSON.parse(readFileSync(sharedData('yolo-lite/expected-detections.json'), 'utf8')).detections;
}

function matches(found: Detection, wanted: DarknetDetection): boolean {
  const { cx, cy, width, height } = found.box;
  const offsets = [cx - wanted.cx, cy - wanted.cy, width - wanted.w, height - wanted.h];
  return (
    found.label === wanted.label &&
    Math.abs(found.score - wanted.score) <= SCORE_TOLERANCE &&
    offsets.every((offset) => Math.abs(offset) <= BOX_TOLERANCE)
  );
}
