import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
import { clusterFile, FACES, runCli } from './running-cli.js';

const QUICK = ['--seconds', '0.5', '--cpu', '0.25', '--link', '50mbit'];

describe('plan --optimize', () => {
  it('advises, within the time and the memory that it has', async () => {
    const file = clusterFile(FACES);
    const args = ['plan', '--optimize', '--json', '--memory', '4MiB', '--devices', '4', '--top', '2', ...QUICK];
    const { code, stdout, stderr } = await runCli([...args, '-c', file]);
    expect([code, stderr]).toEqual([0, '']);
    const { best, devices, oneDevice, present, search } = JSON.parse(stdout);
    expect(devices).toBe(4);
    expect(best.length).toBeGreaterThan(0);
    for (const { deviceBytes, latencyMs } of best) {
      expect(deviceBytes).toBeLessThanOrEqual(4 * 2 ** 20);
      expect(latencyMs).toBeGreaterThan(0);
    }
    expect(present).toMatchObject({ grid: '3x3', fusedDepth: 8, strategy: 'ftp-wst-s', maps: 'f32' });
    expect(oneDevice.latencyMs).toBeGreaterThan(0);
    expect(search.candidates).toBeGreaterThan(search.simulated);
    expect(readFileSync(file, 'utf8')).toBe(FACES);
  });

  it('says so when one device alone is faster, and why a plan is what it is', async () => {
    const { code, stdout } = await runCli(['plan', '--optimize', ...QUICK, '-c', clusterFile(FACES)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^(Stay on one device|For one frame at a time one device alone is as fast): a frame takes it \d/,
    );
    expect(stdout).toMatch(/^Two devices are /m);
    expect(stdout).toMatch(/most of the time goes to/);
    expect(stdout).toMatch(/no cluster/);
  });

  it('writes the best into cluster.yaml, with all else as it was', async () => {
    const file = clusterFile(FACES.replace('name: test', '# mine\nname: test # stays'));
    const args = ['plan', '--optimize', '--apply', '--memory', '4MiB', ...QUICK, '-c', file];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\+ partition: \{ grid: \d+x\d+, fusedDepth: \d+ \}$/m);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('# mine\nname: test # stays');
    expect(Object.keys(parse(text))).toEqual(expect.arrayContaining(['schedule', 'wire', 'devices']));
  });

  it('gives advice on a network with branches, and on a file that leaves strategy and partition to auto', async () => {
    const text = FACES.replace('face-detector', 'nanodet').replace(/^(partition|schedule): .*\n/gm, '');
    const file = clusterFile(text);
    const args = ['plan', '--optimize', '--json', '--apply', '--seconds', '15', '--cpu', '0.25', '--link', '1gbit'];
    const { code, stdout } = await runCli([...args, '-c', file]);
    expect(code).toBe(0);
    const { advice, best, present } = JSON.parse(stdout);
    expect(best.map(({ strategy }: { strategy: string }) => strategy)).toEqual(
      expect.arrayContaining(['auto', 'gang', 'whole']),
    );
    expect(present).toMatchObject({ strategy: 'auto', maps: 'f32' });
    expect(present).not.toHaveProperty('grid');
    expect(advice.sizes[0].devices).toBe(1);
    expect(advice.sizes.at(-1).latencyMs).toBeLessThanOrEqual(advice.sizes[0].latencyMs);
    expect(advice.sentences[0]).toMatch(/^Two devices are /);
    const written = parse(readFileSync(file, 'utf8'));
    expect(written.schedule.strategy).toBe(best[0].strategy);
    expect(written).not.toHaveProperty('partition');
  }, 120_000);

  it.each([
    [['--apply'], /'--apply' goes with '--optimize'/],
    [['--optimize', '--memory', 'much'], /--memory must be a size/],
    [['--optimize', '--compare'], /cannot be used with option/],
    [['--optimize', '--seconds', '0'], /--seconds must be a number from/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runCli(['plan', ...args, '-c', clusterFile(FACES)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('plan --compare', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({
      yaml: 'model: { name: face-detector }\npartition: { grid: 3x3, fusedDepth: 8 }',
      devices: 2,
    });
  });
  afterAll(() => cluster.stop());

  it('shows what was predicted beside what the latest frames did', async () => {
    const file = clusterFile(FACES.replace('http://127.0.0.1:18080', cluster.gateway.address));
    const none = await runCli(['plan', '--compare', '-c', file]);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('has completed no frame yet');
    for (let count = 0; count < 2; count++) {
      await submit(cluster.client, samplePhoto('sample1.jpg'), { source: 'e0', strategy: 'ftp-wsh' });
    }
    const { code, stdout } = await runCli(['plan', '--compare', '--json', '-c', file]);
    expect(code).toBe(0);
    const { deviation, frames, measured, predicted, strategy } = JSON.parse(stdout);
    expect([frames, strategy]).toEqual([2, 'ftp-wsh']);
    expect(measured.fusedMs).toBeGreaterThan(0);
    // What work sharing sends and computes follows from the plan.
    expect(predicted.macsRatio).toBeCloseTo(measured.macsRatio, 9);
    expect(Math.abs(deviation.bytesPerFrame)).toBeLessThan(0.01);
    const people = await runCli(['plan', '--compare', '-c', file]);
    expect(people.stdout).toMatch(/MACs over needed +\d/);
  });

  it('shows what gangs of each size are predicted to take beside what frames took', async () => {
    const file = clusterFile(FACES.replace('http://127.0.0.1:18080', cluster.gateway.address));
    for (const members of [2, 2, 1]) {
      await submit(cluster.client, samplePhoto('sample1.jpg'), { strategy: 'gang', members });
    }
    const { code, stdout } = await runCli(['plan', '--compare', '--json', '-c', file]);
    expect(code).toBe(0);
    const { frames, sizes, strategy } = JSON.parse(stdout);
    expect([frames, strategy]).toEqual([3, 'gang']);
    expect(sizes.map(({ devices, frames: some }: { devices: number; frames: number }) => [devices, some])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    for (const { measuredMs, predictedMs, simulatedMs } of sizes) {
      for (const ms of [measuredMs, predictedMs, simulatedMs]) expect(ms).toBeGreaterThan(0);
    }
    const people = await runCli(['plan', '--compare', '-c', file]);
    expect(people.stdout).toMatch(/^3 frames computed with gang/);
    expect(people.stdout).toMatch(/cluster predicts +deviation +simulated +deviation/);
  });
});
