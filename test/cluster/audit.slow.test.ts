import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { startEdge } from '../../server/edge/edge-node.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { newFolder } from '../gateway/archive/archives.js';
import { samplePhoto, submit } from '../support/frames.js';
import { ANY_PORT, silent, startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';
import { engines } from '../support/wrong-engine.js';

vi.mock('../../server/compute/compute-thread.js', async (original) => {
  const { withWrongEngines } = await import('../support/wrong-engine.js');
  return withWrongEngines(await original());
});

const yaml = (more: string) =>
  `model: { name: face-detector }
partition: { grid: 3x3, fusedDepth: 8 }
limits: { keptOutputs: 4 }
${more}`;
const QUICK = 'heartbeat: { intervalMs: 200 }';

describe('tiles that are run twice', () => {
  let cluster: TestCluster | undefined;
  afterEach(async () => {
    await cluster?.stop();
    cluster = undefined;
    engines.reset();
  });

  async function start(more: string, devices = 3) {
    cluster = await startTestCluster({ yaml: yaml(more), devices });
    return cluster;
  }

  async function stateOf(device: string): Promise<Schemas['DeviceState']> {
    const { devices } = (await cluster!.client.call('getCluster')).json!;
    return devices.find((one) => one.device === device)!;
  }

  async function metric(name: string): Promise<number> {
    const { body } = await cluster!.gateway.app.inject('/metrics');
    const line = body.split('\n').find((one) => one.startsWith(name.replace('}', '')));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  async function expectExact(frame: Schemas['Frame']): Promise<void> {
    expect(frame.state).toBe('complete');
    const { client, config } = cluster!;
    const merged = await frameOutputs(client, frame.id);
    const untiled = await runUntiled(config, await frameInput(client, frame.id, 416));
    expect(relativeDifference(merged, untiled)).toBeLessThanOrEqual(TOLERANCE.f32);
  }

  test.each([['ftp-wst-s'], ['ftp-wst'], ['ftp-wsh']] as const)(
    '%s: agree where all is well, and nobody is put anywhere',
    async (strategy) => {
      const { client } = await start(`schedule: { ${QUICK} }\naudit: { fraction: 1 }`);
      const frame = await submit(client, samplePhoto('sample1.jpg'), { strategy });
      expect(engines.runBeyond(3), 'nothing to judge').toBe(0);
      await expectExact(frame);
      expect(frame.tiles.done).toBe(9);
      const { tiles, bytes } = (await client.call('getFrameTrace', { path: { frame: frame.id } })).json!;
      const events = tiles.map(({ history }) => history.map(({ event }) => event));
      for (const of of events) expect(of).toContain('audited');
      // A second result is a second output.
      expect(bytes.result).toBeGreaterThan(1.9 * tiles.reduce((sum, { resultBytes }) => sum + resultBytes, 0));
      for (const { history } of tiles) {
        const [done, audit] = ['done', 'audited'].map((event) => history.find((one) => one.event === event)!.device);
        expect(audit).not.toBe(done);
      }
      expect(await metric('deepthings_audits_total{outcome="agreed"')).toBe(9);
      for (const id of ['e0', 'e1', 'e2']) expect((await stateOf(id)).state).toBe('live');
    },
  );

  test.each([['ftp-wst-s'], ['ftp-wst'], ['ftp-wsh']] as const)(
    '%s: the device that is wrong is found and kept out, its frames are right, the others go on, and it may come back',
    { timeout: 30_000 },
    async (strategy) => {
      const { client, config, gateway } = await start(`schedule: { ${QUICK} }\naudit: { fraction: 1 }`);
      engines.wrong.add(1);
      let frame = await submit(client, samplePhoto('sample1.jpg'), { strategy, source: 'e1' });
      await expectExact(frame);
      await waitUntil(async () => (await stateOf('e1')).state === 'quarantined');
      const { problem } = await stateOf('e1');
      expect(problem).toMatch(
        /^device e1 computed something wrong .* tile \d of frame [\w-]+ differs from the gateway's/,
      );
      expect(problem).toContain('deepthings quarantine release e1');
      expect(problem).toMatch(/Check its memory, its disk and its model's files/);
      for (const id of ['e0', 'e2']) expect((await stateOf(id)).state).toBe('live');
      expect(Object.keys(frame.tiles.byDevice)).not.toContain('e1');
      expect(engines.runBeyond(3), 'the gateway judges').toBeGreaterThan(0);
      expect(await metric('deepthings_audits_total{outcome="disagreed"')).toBeGreaterThanOrEqual(1);
      expect(await metric('deepthings_quarantined{device="e1"')).toBe(1);

      frame = await submit(client, samplePhoto('sample2.jpg'), { strategy });
      await expectExact(frame);
      expect(Object.keys(frame.tiles.byDevice).sort()).toEqual(expect.not.arrayContaining(['e1']));
      await expect(submit(client, samplePhoto('sample2.jpg'), { strategy, source: 'e1' })).rejects.toMatchObject({
        code: 'DT_SOURCE_NOT_LIVE',
      });

      // Another process of it is not trusted for that.
      await cluster!.devices.get('e1')!.stop();
      engines.wrong.clear();
      const again = await startEdge({
        config: { ...config, gateway: { ...config.gateway, address: gateway.address } },
        ...{ device: 'e1', token: null, log: silent, listen: ANY_PORT },
      });
      try {
        await waitUntil(async () => (await stateOf('e1')).address === again.address);
        expect((await stateOf('e1')).state).toBe('quarantined');
        const released = (await client.call('releaseDevice', { path: { device: 'e1' } })).json!;
        expect(released).toMatchObject({ device: 'e1', state: 'live', problem: null });
        expect((await client.call('releaseDevice', { path: { device: 'e1' } })).json!.state).toBe('live');
        await waitUntil(async () => {
          frame = await submit(client, samplePhoto('sample3.jpg'), { strategy, source: 'e1' });
          return (frame.tiles.byDevice.e1 ?? 0) > 0;
        });
        await expectExact(frame);
        expect((await stateOf('e1')).state).toBe('live');
      } finally {
        await again.stop();
      }
    },
  );

  test('also where the one that is wrong is the one that checks, or lends strips to the others', {
    timeout: 30_000,
  }, async () => {
    const { client } = await start(`schedule: { ${QUICK} }\noverlap: { policy: always }\naudit: { fraction: 0.4 }`);
    engines.wrong.add(2);
    for (let round = 0; round < 12 && (await stateOf('e2')).state === 'live'; round++) {
      await Promise.all(['e0', 'e1'].map((source) => submit(client, samplePhoto('sample4.jpg'), { source })));
    }
    expect((await stateOf('e2')).state).toBe('quarantined');
    for (const id of ['e0', 'e1']) expect((await stateOf(id)).state, `${id} is blamed for e2`).toBe('live');
    await expectExact(await submit(client, samplePhoto('sample5.jpg')));
  });

  test('two devices suffice: the gateway computes what they differ in by itself', async () => {
    const { client } = await start(`schedule: { ${QUICK} }\naudit: { fraction: 1 }`, 2);
    engines.wrong.add(0);
    const frame = await submit(client, samplePhoto('sample6.jpg'), { source: 'e0' });
    await expectExact(frame);
    expect((await stateOf('e0')).state).toBe('quarantined');
    expect((await stateOf('e1')).state).toBe('live');
    expect(await metric('deepthings_audits_total{outcome="skipped"'), 'nobody is left to check').toBeGreaterThan(0);
  });

  test('modnn is not audited', async () => {
    const { client } = await start(`schedule: { ${QUICK} }\naudit: { fraction: 1 }`);
    const frame = await submit(client, samplePhoto('sample1.jpg'), { strategy: 'modnn' });
    expect(frame.state).toBe('complete');
    expect(await metric('deepthings_audits_total{outcome="agreed"')).toBe(0);
  });

  test('at 0, the default, nothing is run twice, and nothing more is sent', async () => {
    const { client } = await start(`schedule: { ${QUICK} }`);
    engines.wrong.add(1);
    const frame = await submit(client, samplePhoto('sample1.jpg'), { source: 'e1' });
    expect(frame.state).toBe('complete');
    const { tiles, bytes } = (await client.call('getFrameTrace', { path: { frame: frame.id } })).json!;
    expect(bytes.result).toBe(tiles.reduce((sum, { resultBytes }) => sum + resultBytes, 0));
    expect(tiles.flatMap(({ history }) => history.map(({ event }) => event))).not.toContain('audit');
    await pause(300);
    expect((await stateOf('e1')).state).toBe('live');
  });

  test('a gateway that is started again still knows who is in quarantine', async () => {
    const { folder, remove } = await newFolder();
    const store = `store: { path: ${folder} }`;
    const { client } = await start(`schedule: { ${QUICK} }\naudit: { fraction: 1 }\n${store}`, 2);
    engines.wrong.add(1);
    await expectExact(await submit(client, samplePhoto('sample1.jpg'), { source: 'e1' }));
    const { problem } = await stateOf('e1');
    for (const [state, release] of [
      ['quarantined', true],
      ['live', false],
    ] as const) {
      await cluster!.stop();
      engines.reset();
      cluster = undefined;
      // Every device registers, also the one that is not given anything.
      cluster = await startTestCluster({ yaml: yaml(`schedule: { ${QUICK} }\n${store}`), devices: 2, also: [state] });
      const found = await stateOf('e1');
      expect(found.state).toBe(state);
      if (state === 'quarantined') expect(found.problem).toBe(problem);
      const frame = await submit(cluster.client, samplePhoto('sample2.jpg'));
      await expectExact(frame);
      if (state === 'quarantined') expect(Object.keys(frame.tiles.byDevice)).toEqual(['e0']);
      if (release) await cluster.client.call('releaseDevice', { path: { device: 'e1' } });
    }
    await cluster!.stop();
    cluster = undefined;
    await remove();
  });

  test('a device that nobody knows cannot be released', async () => {
    const { client } = await start('', 1);
    await expect(client.call('releaseDevice', { path: { device: 'e9' } })).rejects.toMatchObject({
      status: 404,
      code: 'DT_DEVICE_UNKNOWN',
    });
  });
});
