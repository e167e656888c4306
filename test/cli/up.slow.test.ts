import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { samplePhoto } from '../support/frames.js';
import { freePorts } from '../support/process-cluster.js';
import { waitUntil } from '../support/test-cluster.js';
import { type RunningCli, runCli, startCli } from './running-cli.js';

type Frame = Schemas['Frame'];

const START_LIMIT_MS = 30_000;
const END_LIMIT_MS = 2_000;

interface Declared {
  readonly file: string;
  readonly folder: string;
  readonly gateway: string;
  readonly ports: readonly number[];
}

/** Writes a cluster.yaml of a gateway and devices on ports that are free. */
async function declareCluster(devices: number): Promise<Declared> {
  const folder = await mkdtemp(join(tmpdir(), 'deepthings-up-'));
  const ports = await freePorts(devices + 1);
  const [gateway, ...others] = ports.map((port) => `http://127.0.0.1:${port}`);
  const declared = others.map((address, index) => `  - { id: e${index}, address: '${address}' }\n`).join('');
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, `model: { name: face-detector }\ngateway: { address: '${gateway}' }\ndevices:\n${declared}`);
  return { file, folder, gateway: gateway!, ports };
}

/** Processes as the table of nodes has them. */
function pidsIn(stdout: string): Map<string, number> {
  const rows = stdout.matchAll(/^ {2}(gateway|e\d+) +http:\S+ +(\d+) /gm);
  return new Map([...rows].map(([, node, pid]) => [node!, Number(pid)]));
}

/** A process that has ended stays in the table until its parent asks; an orphan's new parent may take its time. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function expectNothingLeft({ ports }: Declared, pids: Iterable<number>): Promise<void> {
  expect([...pids].filter(isAlive)).toEqual([]);
  for (const port of ports) expect(await isFree(port)).toBe(true);
}

describe('deepthings up --demo', () => {
  let cluster: Declared;
  let up: RunningCli;
  let pids: Map<string, number>;

  beforeAll(async () => {
    cluster = await declareCluster(3);
    up = startCli(['up', '--demo', '-c', cluster.file]);
    await waitUntil(() => up.printed.stdout.includes('Ctrl-C') || up.child.exitCode !== null, START_LIMIT_MS);
    pids = pidsIn(up.printed.stdout);
  });

  afterAll(async () => {
    up?.child.kill('SIGKILL');
    await rm(cluster.folder, { recursive: true, force: true });
  });

  const submit = (...args: string[]) => runCli(['submit', '-c', cluster.file, ...args]);
  const photo = (name: string) => {
    const path = join(cluster.folder, name);
    writeFileSync(path, samplePhoto(name));
    return path;
  };

  test('says what runs where, what was found and where to go on', () => {
    const { stdout, stderr } = up.printed;
    expect(stderr).toBe('');
    expect([...pids.keys()]).toEqual(['gateway', 'e0', 'e1', 'e2']);
    expect(stdout).toMatch(/1 found in [\d.]+ m?s; \d blocks?, run by e\d.*; one frame waited and 3 devices were idle/);
    expect(stdout.match(/^ +face +0\.\d\d +\d+ +\d+ +\d+ +\d+$/gm)).toHaveLength(1);
    expect(stdout).toMatch(new RegExp(`Dashboard +${cluster.gateway}/\n`));
    expect(stdout).toContain(`${cluster.gateway}/docs`);
    expect(stdout).toMatch(new RegExp(`^Picture +${cluster.gateway}/#/frames/[0-9a-z-]+$`, 'm'));
  });

  test('the command to try works as it stands', () => {
    const [, command = ''] = /^Try +(.*)$/m.exec(up.printed.stdout) ?? [];
    expect(command).toContain(`'${cluster.gateway}/frames?wait=30'`);
    const frame = JSON.parse(execFileSync('sh', ['-c', command], { encoding: 'utf8', stdio: 'pipe' })) as Frame;
    expect(frame.state).toBe('complete');
    expect(frame.detections!.length).toBeGreaterThan(2);
  });

  test('each node is a process of its own and has a log', async () => {
    expect(new Set(pids.values()).size).toBe(4);
    expect([...pids.values()].every(isAlive)).toBe(true);
    const logs = join(cluster.folder, '.deepthings', 'logs');
    expect((await readdir(logs)).sort()).toEqual(['e0.log', 'e1.log', 'e2.log', 'gateway.log']);
    const entries = readFileSync(join(logs, 'e1.log'), 'utf8').trim().split('\n');
    expect(entries.map((line) => JSON.parse(line).node)).toContain('e1');
  });

  test('submit prints a table and writes the picture with boxes', async () => {
    const out = join(cluster.folder, 'found.jpg');
    const { code, stdout, stderr } = await submit(photo('sample5.jpg'), '--out', out);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/sample5\.jpg \(1920x1398\): 5 found/);
    expect(stdout.match(/^ +face /gm)).toHaveLength(5);
    expect([...readFileSync(out).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  });

  test('submit --json has a frame for each image, in their order, and the pictures go into a folder', async () => {
    const out = join(cluster.folder, 'album');
    const images = [photo('sample1.jpg'), cluster.file, photo('sample3.jpg')];
    const { code, stdout, stderr } = await submit(...images, '--json', '--source', 'e1', '--out', out);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*cluster\.yaml: Expected a JPEG, PNG or WebP picture, got \d+ bytes of text/);
    const [first, none, third] = JSON.parse(stdout) as (Frame | null)[];
    expect(none).toBeNull();
    expect(first).toMatchObject({ state: 'complete', source: 'e1', picture: { width: 1920, height: 1280 } });
    expect(third?.picture).toMatchObject({ width: 1920, height: 1350 });
    expect(third?.detections?.map(({ label }) => label)).toEqual(['face', 'face', 'face']);
    expect((await readdir(out)).sort()).toEqual(['sample1.jpg', 'sample3.jpg']);
  });

  test('submit says what the gateway refuses, and writes over no original', async () => {
    const image = photo('sample6.jpg');
    const [refused, kept, unwaited] = await Promise.all([
      submit(image, '--source', 'e9'),
      submit(image, '--out', image),
      submit(image, '--wait', '0', '--gateway', cluster.gateway),
    ]);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('(422 DT_DEVICE_UNKNOWN)');
    expect(kept.code).toBe(2);
    expect(readFileSync(image).equals(samplePhoto('sample6.jpg'))).toBe(true);
    expect([unwaited.code, unwaited.stderr]).toEqual([0, '']);
    expect(unwaited.stdout).toContain(`${cluster.gateway}/frames/`);
  });

  test('a second one says that the ports are taken', async () => {
    const { code, stdout, stderr } = await runCli(['up', '-c', cluster.file]);
    expect([code, stdout]).toEqual([1, '']);
    for (const port of cluster.ports) expect(stderr).toContain(`port ${port} on 127.0.0.1`);
    expect(stderr).toContain('perhaps a cluster is running already');
  });

  test('a device that crashes is reported and started again', { timeout: 60_000 }, async () => {
    process.kill(pids.get('e2')!, 'SIGKILL');
    await waitUntil(() => /^e2 +info +is ready again, process \d+$/m.test(up.printed.stderr), START_LIMIT_MS);
    expect(up.printed.stderr).toMatch(/^e2 +error has ended \(ended by SIGKILL\): it is started again in 0\.\d s$/m);
    pids.set('e2', Number(/is ready again, process (\d+)/.exec(up.printed.stderr)![1]));
  });

  test('Ctrl-C ends every process within 2 s and leaves no port taken', async () => {
    const startedMs = performance.now();
    up.child.kill('SIGINT');
    const { code } = await up.ended;
    expect(performance.now() - startedMs).toBeLessThan(END_LIMIT_MS);
    expect(code).toBe(0);
    await expectNothingLeft(cluster, pids.values());
  });
});

describe('deepthings up with a token', () => {
  const env = { DEEPTHINGS_TOKEN: 'a-token-for-this-test' };

  test('asks for it, and no node outlives "up", however that ends', { timeout: 60_000 }, async () => {
    const cluster = await declareCluster(1);
    onTestFinished(() => rm(cluster.folder, { recursive: true, force: true }));
    const up = startCli(['up', '-c', cluster.file], { env });
    await waitUntil(() => up.printed.stdout.includes('Ctrl-C') || up.child.exitCode !== null, START_LIMIT_MS);
    const pids = pidsIn(up.printed.stdout);
    expect(pids.size).toBe(2);
    expect(up.printed.stdout).toContain('curl -H "Authorization: Bearer $DEEPTHINGS_TOKEN" -F image=@');

    const image = join(cluster.folder, 'sample1.jpg');
    writeFileSync(image, samplePhoto('sample1.jpg'));
    const submit = ['submit', image, '--gateway', cluster.gateway];
    const [stranger, member] = await Promise.all([runCli(submit), runCli(submit, { env })]);
    expect(stranger.code).toBe(1);
    expect(stranger.stderr).toContain('set DEEPTHINGS_TOKEN');
    expect([member.code, member.stderr]).toEqual([0, '']);

    up.child.kill('SIGKILL');
    await up.ended;
    // Nobody is left to kill a node that takes its time, so it has its own limit and the machine's mood on top.
    await waitUntil(() => ![...pids.values()].some(isAlive), 3 * END_LIMIT_MS);
    await expectNothingLeft(cluster, pids.values());
  });
});
