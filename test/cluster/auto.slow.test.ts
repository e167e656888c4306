import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

const YAML = 'model: { name: nanodet }\nschedule: { strategy: auto }\nlimits: { keptOutputs: 0 }';

test('frames find the same, however many devices compute them, and say how many and why', {
  timeout: 90_000,
}, async () => {
  cluster = await startTestCluster({ yaml: YAML, devices: 3 });
  const { client } = cluster;
  const photo = samplePhoto('sample2.jpg');
  const alone = await submit(client, photo, { strategy: 'whole' });
  const found = alone.detections!.map(({ label, score }) => `${label} ${score.toFixed(3)}`);
  expect(alone).not.toHaveProperty('choice');
  const frames = [
    ...(await Promise.all([1, 2, 3, 4, 5, 6].map(() => submit(client, photo)))),
    await submit(client, photo),
    await submit(client, photo, { members: 2 }),
    await submit(client, photo, { within: 60_000 }),
    await submit(client, photo, { within: 1 }),
  ];
  for (const frame of frames) {
    expect(frame).toMatchObject({ state: 'complete', strategy: 'auto', inputDigest: null });
    expect(frame.detections!.map(({ label, score }) => `${label} ${score.toFixed(3)}`)).toEqual(found);
  }
  for (const { choice, tiles } of frames) {
    expect(tiles.total).toBe(choice!.members);
    expect(choice!.reason).toMatch(
      /^(one frame|\d frames) waited(, \d more (was|were) arriving)? and (one device was|\d devices were) idle: .* \(\d+ ms expected\)(; .*)?$/,
    );
  }
  const [two, early, late] = frames.slice(-3);
  expect(two!.tiles.total).toBeLessThanOrEqual(2);
  expect(early!.choice).toMatchObject({
    withinMs: 60_000,
    reason: expect.stringMatching(/of its 60000 ms were left$/),
  });
  expect(late!.choice).toMatchObject({
    withinMs: 1,
    reason: expect.stringMatching(/ 1 ms were (over|left, which no)/),
  });
  // With six frames at once, devices compute frames of their own.
  expect(Math.min(...frames.slice(0, 6).map(({ tiles }) => tiles.total))).toBe(1);
  const plan = (await client.call('getPlan')).json!;
  expect(plan.gang.predictedMs).toHaveLength(3);
  const [one, , three] = plan.gang.predictedMs!;
  expect(one).toBeGreaterThan(three! / 2);
});

test('a frame is computed by the others when one of its devices is gone', { timeout: 90_000 }, async () => {
  cluster = await startTestCluster({ yaml: YAML, devices: 3 });
  const { client, devices } = cluster;
  const photo = samplePhoto('sample2.jpg');
  const before = await submit(client, photo);
  await devices.get('e1')!.stop();
  await waitUntil(async () => {
    const { devices: now } = (await client.call('getCluster')).json!;
    return now.find(({ device }) => device === 'e1')!.state !== 'live';
  });
  const after = await submit(client, photo);
  expect(after.state).toBe('complete');
  expect(Object.keys(after.tiles.byDevice)).not.toContain('e1');
  expect(after.detections!.map(({ label }) => label)).toEqual(before.detections!.map(({ label }) => label));
});

test('times that were measured survive a restart of the gateway', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'measured-'));
  try {
    const yaml = `${YAML}\nstore: { path: '${folder}' }`;
    const times = async () => (await cluster!.client.call('getPlan')).json!.gang.predictedMs!;
    cluster = await startTestCluster({ yaml, devices: 2 });
    const prior = await times();
    const photo = samplePhoto('sample2.jpg');
    for (let frame = 0; frame < 4; frame++) {
      await submit(cluster.client, photo, { strategy: 'gang' });
      await submit(cluster.client, photo, { strategy: 'whole' });
    }
    const measured = await times();
    expect(measured).not.toEqual(prior);
    await cluster.stop();
    cluster = await startTestCluster({ yaml, devices: 2 });
    // Each device's latest times count as one: those that differ by a few percent become alike, or cease to be.
    for (const [i, ms] of (await times()).entries()) expect(Math.abs(ms / measured[i]! - 1)).toBeLessThan(0.1);
  } finally {
    await cluster?.stop();
    cluster = undefined;
    await rm(folder, { recursive: true, force: true });
  }
});

test('a strategy that does not choose devices takes no bound on them or on the time', { timeout: 60_000 }, async () => {
  cluster = await startTestCluster({ yaml: YAML, devices: 1 });
  const whole = submit(cluster.client, samplePhoto('sample2.jpg'), { strategy: 'whole', members: 2 });
  await expect(whole).rejects.toMatchObject({ code: 'DT_STRATEGY' });
  const gang = submit(cluster.client, samplePhoto('sample2.jpg'), { strategy: 'gang', within: 900 });
  await expect(gang).rejects.toMatchObject({
    code: 'DT_STRATEGY',
    message: expect.stringContaining('use the strategy auto'),
  });
});
