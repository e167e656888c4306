import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { YOLO_LITE_MODELS, yoloLiteModel } from '../support/darknet-detections.js';
import { submit } from '../support/frames.js';
import { sharedData } from '../support/shared-data.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

describe('YOLO-LITE', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({
      yaml: `${yoloLiteModel(YOLO_LITE_MODELS[0]!)}\npartition: { grid: 3x4, fusedDepth: 8 }\nlimits: { keptOutputs: 1 }`,
    });
  });
  afterAll(() => cluster?.stop());

  test.each(['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'] as const)(
    '%s: the merged output equals the untiled one',
    async (strategy) => {
      const bytes = readFileSync(sharedData('photos/dog.jpg'));
      const frame = await submit(cluster.client, bytes, { strategy });
      expect(frame.state).toBe('complete');
      const whole = await runUntiled(cluster.config, await frameInput(cluster.client, frame.id, 224));
      expect(relativeDifference(await frameOutputs(cluster.client, frame.id), whole)).toBeLessThanOrEqual(
        TOLERANCE.f32,
      );
      expect(frame.detections!.length).toBeGreaterThan(0);
    },
  );
});
