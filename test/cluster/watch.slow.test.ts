import { readdirSync, writeFileSync } from 'node:fs';
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
});
