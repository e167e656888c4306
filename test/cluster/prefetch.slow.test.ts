import { afterEach, describe, expect, test } from 'vitest';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

describe('tasks that a thief fetches ahead', () => {
  let cluster: TestCluster | undefined;
  afterEach(() => cluster?.stop());

  test.each([0, 1, 3])('%i: idle devices steal all the same', async (prefetch) => {
    cluster = await startTestCluster({
      yaml: `model: { name: face-detector }\npartition: { grid: 8x8, fusedDepth: 8 }\nschedule: { prefetch: ${prefetch} }`,
    });
    const frame = await submit(cluster.client, samplePhoto('sample1.jpg'), { source: 'e0' });
    expect(frame.detections).toHaveLength(3);
    expect(Object.keys(frame.tiles.byDevice).length).toBeGreaterThan(1);
  });
});
