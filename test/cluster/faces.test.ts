import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

type PixelBox = Schemas['Detection']['pixels'];

/** Where the faces are, read off the annotated pictures by eye: left, top, width, height. */
const FACES: Readonly<Record<string, readonly (readonly [number, number, number, number])[]>> = {
  'sample1.jpg': [
    [782, 448, 299, 244],
    [1422, 222, 296, 273],
    [343, 400, 291, 236],
  ],
  'sample5.jpg': [
    [318, 892, 308, 309],
    [1358, 422, 293, 265],
    [529, 433, 296, 251],
    [1063, 239, 276, 251],
    [731, 138, 234, 190],
  ],
};

function overlap(a: PixelBox, [x, y, width, height]: readonly [number, number, number, number]): number {
  const across = Math.min(a.x + a.width, x + width) - Math.max(a.x, x);
  const down = Math.min(a.y + a.height, y + height) - Math.max(a.y, y);
  const both = Math.max(0, across) * Math.max(0, down);
  return both / (a.width * a.height + width * height - both);
}

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
    const frame = await submit(cluster.client, samplePhoto(name));
    expect(frame.state).toBe('complete');
    expect(frame.tiles).toMatchObject({ total: 9, done: 9 });
    expect(frame.detections).toHaveLength(faces);
    for (const { label, score } of frame.detections!) {
      expect(label).toBe('face');
      expect(score).toBeGreaterThanOrEqual(0.5);
    }
  });

  test.each(Object.keys(FACES))('%s: the boxes are where the faces are', async (name) => {
    const frame = await submit(cluster.client, samplePhoto(name));
    for (const face of FACES[name]!) {
      const best = Math.max(...frame.detections!.map(({ pixels }) => overlap(pixels, face)));
      expect(best, `a box around the face at ${face.join(', ')}`).toBeGreaterThan(0.5);
    }
  });
});
