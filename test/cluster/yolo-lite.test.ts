import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { hasSharedData, sharedData } from '../support/shared-data.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

interface ExpectedDetection {
  readonly label: string;
  readonly score: number;
  readonly cx: number;
  readonly cy: number;
  readonly w: number;
  readonly h: number;
}

type Detection = Schemas['Detection'];

const MODELS = ['tiny-yolov2-trial3', 'tiny-yolov2-trial3-noBatch'];
const PHOTOS = ['dog.jpg', 'person.jpg', 'horses.jpg', 'giraffe.jpg'];
/** What Darknet finds from here on must be found, and nothing else. */
const CERTAIN = 0.28;
const SCORE_TOLERANCE = 0.03;
const BOX_TOLERANCE = 0.02;

function matches(found: Detection, wanted: ExpectedDetection): boolean {
  const { cx, cy, width, height } = found.box;
  const offsets = [cx - wanted.cx, cy - wanted.cy, width - wanted.w, height - wanted.h];
  return (
    found.label === wanted.label &&
    Math.abs(found.score - wanted.score) <= SCORE_TOLERANCE &&
    offsets.every((offset) => Math.abs(offset) <= BOX_TOLERANCE)
  );
}

describe.skipIf(!hasSharedData('yolo-lite'))('YOLO-LITE through a cluster (needs ../shared/data/yolo-lite)', () => {
  const folder = sharedData('yolo-lite');
  const expected = hasSharedData('yolo-lite')
    ? JSON.parse(readFileSync(join(folder, 'expected-detections.json'), 'utf8')).detections
    : {};

  describe.each(MODELS)('%s', (model) => {
    let cluster: TestCluster;
    beforeAll(async () => {
      const files = `cfg: ${join(folder, `${model}.cfg`)}, weights: ${join(folder, `${model}.weights`)}`;
      const names = sharedData('darknet-cfg/voc.names');
      cluster = await startTestCluster({
        yaml: `model: { ${files}, labels: ${names}, threshold: 0.2, nms: 0.45 }\npartition: { grid: 3x4, fusedDepth: 8 }`,
      });
    });
    afterAll(() => cluster?.stop());

    test.each(PHOTOS)('%s', async (photo) => {
      const bytes = readFileSync(sharedData(`photos/${photo}`));
      const answer = await cluster.client.call('submitFrame', {
        query: { wait: 30 },
        body: { mediaType: 'image/jpeg', bytes },
      });
      const found = answer.json!.detections!;
      const wanted: ExpectedDetection[] = expected[`${model}/${photo}`];
      for (const detection of wanted.filter(({ score }) => score >= CERTAIN)) {
        expect(
          found.filter((candidate) => matches(candidate, detection)),
          JSON.stringify(detection),
        ).not.toHaveLength(0);
      }
      // A detection that Darknet scores just below the line may come out just above it.
      for (const detection of found.filter(({ score }) => score >= CERTAIN)) {
        expect(
          wanted.filter((candidate) => matches(detection, candidate)),
          JSON.stringify(detection),
        ).not.toHaveLength(0);
      }
    });
  });
});
