import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCli, startCli, temporaryFolder } from '../cli/running-cli.js';
import { samplePhoto } from '../support/frames.js';
import { startTestCluster, type TestCluster, waitUntil } from '../support/test-cluster.js';

describe('deepthings watch', { timeout: 60_000 }, () => {
  let cluster: TestCluster | undefined;
  afterEach(() => cluster?.stop());

  test('pictures as they land, with annotated ones, until Ctrl-C', async () => {
    cluster = await startTestCluster({ yaml: 'model: { name: face-detector }', devices: 2 });
    const [folder, found] = [temporaryFolder(), join(temporaryFolder(), 'found')];
    const args = ['watch', folder, '--annotated', found, '--interval', '0.2', '--gateway', cluster.gateway.address];
    const { child, ended, printed } = startCli(args);
    writeFileSync(join(folder, 'door.jpg'), samplePhoto('sample3.jpg'));
    writeFileSync(join(folder, 'broken.jpg'), 'no picture');
    await waitUntil(() => printed.stdout.includes('door.jpg') && printed.stderr.includes('broken.jpg'), 30_000);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^door.jpg: face 0\.\d\d, face 0\.\d\d, face 0\.\d\d in .* \(frame .*\.jpg\)\n$/);
    expect(stderr).toMatch(/broken.jpg: .*\n.*: 1 picture, 1 failed\n$/);
    expect(readdirSync(found)).toEqual([expect.stringMatching(/^door-.*\.jpg$/)]);
  });

  test('what cannot be watched, and a cluster that is away', async () => {
    const nowhere = await runCli(['watch', '/nowhere', '--gateway', 'http://127.0.0.1:1']);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('no such file or folder')]);
    const folder = temporaryFolder();
    const same = await runCli(['watch', folder, '--annotated', folder, '--gateway', 'http://127.0.0.1:1']);
    expect([same.code, same.stderr]).toEqual([2, expect.stringContaining('another folder')]);
    writeFileSync(join(folder, 'a.jpg'), samplePhoto('sample3.jpg'));
    const state = join(temporaryFolder(), 'seen');
    const away = await runCli(['watch', folder, '--once', '--state', state, '--gateway', 'http://127.0.0.1:1']);
    expect([away.code, away.stderr]).toEqual([1, expect.stringMatching(/a.jpg: cannot reach the gateway/)]);
  });

  test('a folder with pipes, empty files and files of next week ends with --once', async () => {
    cluster = await startTestCluster({ yaml: 'model: { name: face-detector }', devices: 1 });
    const folder = temporaryFolder();
    const put = (name: string, bytes: Uint8Array | string) => {
      writeFileSync(join(folder, name), bytes);
      const nextWeek = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000);
      utimesSync(join(folder, name), nextWeek, nextWeek);
    };
    mkdirSync(join(folder, '2026'));
    put('2026/door.jpg', samplePhoto('sample3.jpg'));
    put('empty.jpg', '');
    put('cut.jpg', samplePhoto('sample3.jpg').subarray(0, 50_000));
    execFileSync('mkfifo', [join(folder, 'pipe.jpg')]);
    const args = ['watch', folder, '--once', '--recursive', '--gateway', cluster.gateway.address];
    const { code, stdout, stderr } = await runCli(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2026\/door.jpg: face .*\n$/);
    expect(stderr).toContain('left alone: 1 pipe, socket or device (pipe.jpg)');
    expect(stderr).toContain('empty.jpg: the file is empty');
    expect(stderr).toMatch(/cut.jpg: .*end too early/);
    expect(stderr).toContain('1 picture, 2 failed');
  });

  test('a camera that is too fast has its newest pictures computed, and the others counted', async () => {
    const running = await startTestCluster({
      yaml: 'model: { name: face-detector }\nschedule: { strategy: whole }',
      devices: 1,
    });
    cluster = running;
    const picture = samplePhoto('sample3.jpg');
    const camera = createServer((_request, response) => response.setHeader('content-type', 'image/jpeg').end(picture));
    await new Promise<void>((resolve) => camera.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(camera.address() as AddressInfo).port}/door.jpg`;
      const pace = ['--interval', '0.05', '--at-once', '16'];
      const named = ['--camera', 'door', '--tag', 'night', '--tag', 'room:hall', '--gateway', running.gateway.address];
      const { child, ended, printed } = startCli(['watch', url, ...pace, ...named]);
      const counts = async () => (await running.client.call('getCluster')).json!.frames;
      await expect.poll(async () => (await counts()).dropped, { timeout: 40_000 }).toBeGreaterThan(3);
      await waitUntil(() => /dropped so far: the cluster is slower/.test(printed.stderr), 20_000);
      child.kill('SIGINT');
      const { code, stdout, stderr } = await ended;
      expect([code, stdout]).toEqual([0, expect.stringMatching(/: face 0\.\d\d, .* \(frame /)]);
      expect(stderr).toMatch(/: \d+ pictures?, \d+ dropped, since the cluster is slower than the source\n$/);
      expect(await counts()).toMatchObject({ failed: 0 });
      const { frames } = (await running.client.call('listFrames', { query: { state: ['dropped'] } })).json!;
      expect(new Set(frames.map((frame) => frame.camera))).toEqual(new Set(['door']));
      expect(frames.map((frame) => frame.tags)).toEqual(frames.map(() => ['night', 'room:hall']));
    } finally {
      camera.close();
      camera.closeAllConnections();
    }
  });

  test('a picture waits for a device, which is said at once', async () => {
    const running = await startTestCluster({ yaml: 'model: { name: face-detector }', devices: 1 });
    cluster = running;
    const device = { path: { device: 'e0' } };
    await running.client.call('drainDevice', device);
    await expect
      .poll(async () => (await running.client.call('getCluster')).json!.devices[0]!.state, { timeout: 10_000 })
      .toBe('drained');
    const path = join(temporaryFolder(), 'door.jpg');
    writeFileSync(path, samplePhoto('sample3.jpg'));
    const { ended, printed } = startCli(['submit', path, '--gateway', running.gateway.address]);
    await waitUntil(() => /no device .*; waiting \(up to \d+ s\)/.test(printed.stderr), 20_000);
    expect(printed.stdout).toBe('');
    await running.client.call('resumeDevice', device);
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain('3 found');
  });
});
