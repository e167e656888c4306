import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DARKNET_PHOTOS,
  expectDarknetDetections,
  YOLO_LITE_MODELS,
  yoloLiteModel,
} from '../support/darknet-detections.js';
import { sharedData } from '../support/shared-data.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

describe('YOLO-LITE through a cluster', () => {
  describe.each(YOLO_LITE_MODELS)('%s', (model) => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await startTestCluster({ yaml: `${yoloLiteModel(model)}\npartition: { grid: 3x4, fusedDepth: 8 }` });
    });
    afterAll(() => cluster?.stop());

    test.each(DARKNET_PHOTOS)('%s', async (photo) => {
      const bytes = readFileSync(sharedData(`photos/${photo}`));
      const answer = await cluster.client.call('submitFrame', {
        query: { wait: 30 },
        body: { mediaType: 'image/jpeg', bytes },
      });
      expect(answer.json!.state).toBe('complete');
      expectDarknetDetections(model, photo, answer.json!.detections!);
    });
  });
});
