import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { samplePhotoPath } from '../../server/imaging/sample-photos.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';

const YAML = [
  'model: { name: yolov2-tiny, weights: synthetic }',
  'partition: { grid: 3x3 }',
  'schedule: { heartbeat: { intervalMs: 200, lostAfterMs: 800 } }',
].join('\n');

let cluster: ProcessCluster;
afterEach(() => cluster.stop());

async function submit(picture: Uint8Array, wait?: number): Promise<string> {
  const { json } = await cluster.client.call('submitFrame', {
    query: { strategy: 'ftp-wst', ...(wait !== undefined && { wait }) },
    body: { mediaType: 'image/jpeg', bytes: picture },
  });
  return json!.id;
}

async function frameOf(frame: string) {
  return (await cluster.client.call('getFrame', { path: { frame } })).json!;
}

async function ended(frame: string) {
  await waitUntil(async () => ['complete', 'failed'].includes((await frameOf(frame)).state), 60_000);
  return frameOf(frame);
}

describe('a gateway process', { timeout: 120_000 }, () => {
  it('without devices computes frames', async () => {
    cluster = await startProcessCluster(YAML, 0, { compute: 'auto' });
    const frame = await ended(await submit(await readFile(samplePhotoPath('sample1.jpg'))));
    expect(frame).toMatchObject({ state: 'complete', tiles: { byDevice: { gateway: 1 } } });
  });

  it('computes what its devices had when all are killed in mid-frame, and hands them frames again when they return', async () => {
    cluster = await startProcessCluster(YAML, 2, { compute: 'auto' });
    const picture = await readFile(samplePhotoPath('sample1.jpg'));
    const warm = await ended(await submit(picture));
    expect(warm.state).toBe('complete');
    expect(warm.tiles.byDevice).not.toHaveProperty('gateway');
    const frames = [await submit(picture), await submit(picture), await submit(picture)];
    await waitUntil(async () => (await frameOf(frames[0]!)).tiles.done > 0);
    for (const node of ['e0', 'e1']) cluster.process(node).kill('SIGKILL');
    const results = [];
    for (const frame of frames) results.push(await ended(frame));
    expect(results.map(({ state }) => state)).toEqual(['complete', 'complete', 'complete']);
    expect(results.at(-1)!.tiles.byDevice).toEqual({ gateway: 1 });
    for (const { detections } of results) expect(detections!.length).toBe(warm.detections!.length);
    for (const node of ['e0', 'e1']) cluster.start(node);
    await waitUntil(async () => (await cluster.client.call('getCluster')).json!.computes === 'devices');
    const back = await ended(await submit(picture));
    expect(back.state).toBe('complete');
    expect(back.tiles.byDevice).not.toHaveProperty('gateway');
  });
});
