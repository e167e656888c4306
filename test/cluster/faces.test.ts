import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

const samples = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo');

describe('the face detector through a cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({ yaml: 'model: { name: face-detector }' });
  });
  afterAll(() => cluster?.stop());

  test.each([
    ['sample1.jpg', 3],
    ['sample3.jpg', 3],
    ['sample4.jpg', 3],
    ['sample5.jpg', 5],
    ['sample6.jpg', 5],
  ])('%s has %i faces', async (name, faces) => {
    const bytes = readFileSync(join(samples, name));
    const answer = await cluster.client.call('submitFrame', {
      query: { wait: 30 },
      body: { mediaType: 'image/jpeg', bytes },
    });
    const frame = answer.json!;
    expect(answer.status).toBe(200);
    expect(frame.state).toBe('complete');
    expect(frame.tiles).toMatchObject({ total: 9, done: 9 });
    expect(frame.detections).toHaveLength(faces);
    for (const { label, score } of frame.detections!) {
      expect(label).toBe('face');
      expect(score).toBeGreaterThanOrEqual(0.5);
    }
  });
});
