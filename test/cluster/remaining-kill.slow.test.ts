import { afterEach, describe, expect, it } from 'vitest';
import { samplePhoto } from '../support/frames.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';

const YAML = [
  'model: { name: yolov2-tiny, weights: synthetic }',
  'partition: { grid: 3x3 }',
  'schedule: { remaining: any, heartbeat: { intervalMs: 200, lostAfterMs: 800 } }',
].join('\n');

let cluster: ProcessCluster;
afterEach(() => cluster.stop());

describe('a device that is killed while it computes remaining layers', { timeout: 120_000 }, () => {
  it('costs no frame: the gateway computes them', async () => {
    cluster = await startProcessCluster(YAML, 3);
    const { client } = cluster;
    const bytes = samplePhoto('sample1.jpg');
    const submit = async () =>
      (await client.call('submitFrame', { query: { strategy: 'ftp-wst-s' }, body: { mediaType: 'image/jpeg', bytes } }))
        .json!.id;
    const frameOf = async (frame: string) => (await client.call('getFrame', { path: { frame } })).json!;
    const triesOf = async (frame: string) =>
      (await client.call('getFrameTrace', { path: { frame } })).json!.remaining ?? [];
    const ended = async (frame: string) => {
      await waitUntil(async () => ['complete', 'failed'].includes((await frameOf(frame)).state), 60_000);
      return frameOf(frame);
    };
    const first = await ended(await submit());
    let victim: string | null = null;
    const frames: string[] = [];
    // The first time it has to load the layers, which takes long enough to be met.
    for (let round = 0; round < 10 && victim === null; round++) {
      const present = [await submit(), await submit(), await submit(), await submit()];
      frames.push(...present);
      await waitUntil(async () => {
        for (const frame of present) {
          const [last] = (await triesOf(frame)).slice(-1);
          if (last?.outcome === null && last.device !== 'gateway') victim = last.device;
        }
        const states = await Promise.all(present.map(async (frame) => (await frameOf(frame)).state));
        return victim !== null || states.every((state) => state === 'complete');
      }, 60_000);
    }
    expect(victim).not.toBeNull();
    cluster.process(victim!).kill('SIGKILL');
    const outcomes = new Set<string>();
    for (const frame of frames) {
      const end = await ended(frame);
      expect(end).toMatchObject({ state: 'complete', failure: null });
      expect(end.detections!.length).toBe(first.detections!.length);
      const tries = await triesOf(frame);
      for (const { outcome, device } of tries) outcomes.add(device === victim ? `killed ${outcome}` : `${outcome}`);
      if (tries.some(({ outcome }) => outcome !== 'computed')) {
        expect(tries.at(-1), 'the gateway took over').toMatchObject({ device: 'gateway', outcome: 'computed' });
      }
    }
    expect([...outcomes].some((outcome) => outcome === 'killed failed' || outcome === 'killed given-up')).toBe(true);
  });
});
