import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

describe('two frames from two sources at once', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({
      yaml: 'model: { name: face-detector }\npartition: { grid: 5x5, fusedDepth: 8 }',
    });
  });
  afterAll(() => cluster?.stop());

  test('each gets its own detections on its own picture', async () => {
    const photos = [
      { name: 'sample1.jpg', source: 'e0' },
      { name: 'sample6.jpg', source: 'e1' },
    ];
    const alone = [];
    for (const { name, source } of photos) alone.push(await submit(cluster.client, samplePhoto(name), { source }));
    for (let round = 0; round < 5; round++) {
      const together = await Promise.all(
        photos.map(({ name, source }) => submit(cluster.client, samplePhoto(name), { source })),
      );
      for (const [i, frame] of together.entries()) {
        expect(frame.source).toBe(photos[i]!.source);
        expect(frame.detections).toEqual(alone[i]!.detections);
        const image = await cluster.client.call('getFrameImage', { path: { frame: frame.id } });
        expect(Buffer.from(image.bytes).equals(samplePhoto(photos[i]!.name))).toBe(true);
      }
    }
  });

  test('a camera on a device: the picture goes in there, the detections come back there', async () => {
    const camera = cluster.clientOf('e2');
    const origin = { camera: 'door', tags: ['night', 'room:hall'] };
    const frame = await submit(camera, samplePhoto('sample1.jpg'), origin);
    expect(frame).toMatchObject({ ...origin, source: 'e2' });
    expect(frame.state).toBe('complete');
    expect(frame.detections).toHaveLength(3);
    expect(frame.links.self).toBe(`${cluster.gateway.address}/frames/${frame.id}`);
    const results = await camera.call('getResults');
    expect(results.json!.outcomes[0]).toMatchObject({ ...origin, frame: frame.id, state: 'complete' });
    expect(results.json!.outcomes[0]!.detections).toEqual(frame.detections);
  });
});
