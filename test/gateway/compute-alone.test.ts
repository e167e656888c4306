import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePhotoPath } from '../../server/imaging/sample-photos.js';
import { STRATEGIES, type StrategyName } from '../../server/scheduling/strategies/strategy.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';

const YAML = [
  'model: { name: face-detector }',
  'partition: { grid: 2x2 }',
  'schedule: { heartbeat: { intervalMs: 100, lostAfterMs: 400 } }',
].join('\n');

const submit = async ({ client }: TestCluster, strategy: StrategyName, picture: Uint8Array) =>
  (
    await client.call('submitFrame', {
      query: { wait: 30, strategy },
      body: { mediaType: 'image/jpeg', bytes: picture },
    })
  ).json!;

describe('a gateway without devices', () => {
  let cluster: TestCluster;
  let picture: Uint8Array;
  beforeAll(async () => {
    picture = await readFile(samplePhotoPath('sample1.jpg'));
    cluster = await startTestCluster({ yaml: YAML, devices: 0, compute: 'auto' });
  });
  afterAll(() => cluster.stop());

  it.each(STRATEGIES)('computes frames of %s by itself', async (strategy) => {
    const frame = await submit(cluster, strategy, picture);
    expect(frame).toMatchObject({
      state: 'complete',
      strategy,
      tiles: { total: 1, done: 1, byDevice: { gateway: 1 } },
    });
    expect(frame.detections).toHaveLength(3);
    const { json: trace } = await cluster.client.call('getFrameTrace', { path: { frame: frame.id } });
    expect(trace!.tiles.map(({ device, state }) => [device, state])).toEqual([['gateway', 'done']]);
    expect(trace!.tiles[0]!.history.map(({ event }) => event)).toEqual(['running', 'done']);
  });

  it('is ready, and says what computes', async () => {
    expect((await cluster.client.call('getReady')).json).toMatchObject({ status: 'ok' });
    expect((await cluster.client.call('getCluster')).json).toMatchObject({ computes: 'gateway', devices: [] });
  });

  it('computes several frames that come at once, one after another', async () => {
    const frames = await Promise.all(Array.from({ length: 6 }, () => submit(cluster, 'ftp-wst', picture)));
    expect(frames.map(({ state }) => state)).toEqual(Array(6).fill('complete'));
    const digests = new Set(frames.map(({ detections }) => JSON.stringify(detections)));
    expect(digests.size).toBe(1);
  });
});

describe('a gateway whose devices are away', () => {
  it('computes what devices would have, with the same detections', async () => {
    const picture = await readFile(samplePhotoPath('sample1.jpg'));
    const cluster = await startTestCluster({ yaml: YAML, devices: 2, compute: 'auto' });
    try {
      const byDevices = await submit(cluster, 'ftp-wst', picture);
      expect(Object.keys(byDevices.tiles.byDevice)).not.toContain('gateway');
      await Promise.all([...cluster.devices.values()].map((device) => device.stop()));
      await waitUntil(async () => (await cluster.client.call('getCluster')).json!.computes === 'gateway');
      const byGateway = await submit(cluster, 'ftp-wst', picture);
      expect(byGateway.tiles.byDevice).toEqual({ gateway: 1 });
      const boxes = ({ detections }: typeof byGateway) =>
        detections!.map(({ box, label, score }) => [label, score, box.cx, box.cy]);
      for (const [i, [label, ...numbers]] of boxes(byGateway).entries()) {
        const [sameLabel, ...same] = boxes(byDevices)[i]!;
        expect(label).toBe(sameLabel);
        for (const [k, value] of numbers.entries()) expect(value as number).toBeCloseTo(same[k] as number, 5);
      }
    } finally {
      await cluster.stop();
    }
  });
});
