import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deviationOf, type MeasuredRun, readMeasured, summary } from '../../server/cli/bench/simulate/deviation.js';
import type { SimulatedRun } from '../../server/evaluation/simulate/simulated-run.js';
import { runCli, temporaryFolder } from './running-cli.js';

const FACES = ['--model', 'face-detector', '--grid', '3x3', '--depth', '8', '--frames', '2', '--warmup', '1'];

function fileOf(name: string, content: unknown): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

async function simulated(...args: string[]): Promise<SimulatedRun[]> {
  const { code, stderr, stdout } = await runCli(['bench', 'simulate', ...FACES, '--json', ...args]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as SimulatedRun[];
}

/** What `bench testbed` would have printed of it. */
function asMeasured(run: SimulatedRun, changes: Partial<MeasuredRun> = {}): object {
  return {
    ...run,
    ...{ model: { name: 'face-detector' }, depth: 8, maps: 'f32', cpu: [0.25], gatewayCpu: 0.25, linkMbps: 50 },
    ...{ sections: {}, warmup: 1, samples: [{ frames: [{}] }, { frames: [{}] }], ...changes },
  };
}

describe('bench simulate', () => {
  it('reports every combination, as bench testbed does, and how busy everything was', async () => {
    const runs = await simulated('--devices', '1,3', '--strategy', 'ftp-wst-s,modnn', '--sources', '1,2');
    expect(runs.map(({ devices, sources, strategy }) => `${strategy} ${devices} ${sources}`)).toEqual([
      ...['ftp-wst-s 1 1', 'ftp-wst-s 3 1', 'ftp-wst-s 3 2', 'modnn 1 1', 'modnn 3 1', 'modnn 3 2'],
    ]);
    for (const run of runs) {
      expect(run).toMatchObject({ grid: '3x3', frames: 2, failed: 0 });
      expect(run.fusedSeconds).toBeGreaterThan(0);
      expect(run.endToEndSeconds).toBeGreaterThan(run.fusedSeconds!);
      expect(Object.keys(run.utilisation.nodes)).toHaveLength(run.devices + 1);
      expect(run.wireBytesPerFrame.result).toBeGreaterThan(0);
      expect(run.eventsPerSecond).toBeGreaterThan(0);
    }
  });

  it('simulates what was measured, and says how far off it is', async () => {
    const [run] = await simulated('--devices', '3', '--strategy', 'ftp-wst');
    const slower = { fusedSeconds: run!.fusedSeconds! * 1.25 };
    const file = fileOf('testbed.json', [asMeasured(run!), asMeasured(run!, slower)]);
    const again = await runCli(['bench', 'simulate', '--against', file, '--json']);
    expect(again.code).toBe(0);
    const deviations = (JSON.parse(again.stdout) as { deviation: Record<string, number> }[]).map(
      (one) => one.deviation,
    );
    expect(deviations[0]).toMatchObject({ fusedSeconds: 0, wireBytes: 0, macsRatio: 0 });
    expect(deviations[1]!.fusedSeconds).toBeCloseTo(-0.2, 9);
    const { code, stdout } = await runCli(['bench', 'simulate', '--against', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/median, either way +10\.0 %/);
    expect(stdout).toMatch(/worst, either way +20\.0 %/);
  });

  it('simulates gangs of so many devices, and cameras as they were measured', async () => {
    const [three, whole] = await simulated('--devices', '3', '--strategy', 'gang:2,whole', '--sources', '3');
    expect(three).toMatchObject({ strategy: 'gang:2', failed: 0 });
    expect(three!.endToEndSeconds).not.toBe(whole!.endToEndSeconds);
    const together = { samples: [{ frames: [{}, {}, {}] }], sources: 3 };
    const file = fileOf('cameras.json', [
      asMeasured(three!, { ...together, atOnce: 'cameras' }),
      asMeasured(three!, { ...together, atOnce: 'several-sources' }),
    ]);
    const again = await runCli(['bench', 'simulate', '--against', file, '--json']);
    expect(again.code).toBe(0);
    const [cameras, atOnce] = JSON.parse(again.stdout) as SimulatedRun[];
    expect(cameras).toMatchObject({ strategy: 'gang:2', frames: 3, sources: 3 });
    expect(cameras!.framesPerSecond).toBeGreaterThan(0);
    expect(atOnce!.framesPerSecond).toBeGreaterThan(0);
  });

  it('takes arrivals from a trace', async () => {
    const at = (seconds: number) => new Date(1.7e12 + 1000 * seconds).toISOString();
    const frames = [5, 0, 2].map((seconds, index) => ({ createdAt: at(seconds), source: `e${index}` }));
    const [run] = await simulated(
      '--devices',
      '3',
      '--warmup',
      '0',
      '--arrivals',
      `trace:${fileOf('t.json', { frames })}`,
    );
    expect(run).toMatchObject({ frames: 3, sources: 3 });
    expect(run!.spanSeconds).toBeGreaterThan(5);
  });

  it.each([
    [['--arrivals', 'sometimes'], /--arrivals must be one-by-one, at-once/],
    [['--devices', '0'], /--devices must be a whole number from 1/],
    [['--strategy', 'wst'], /--strategy must be of/],
    [['--against', '/nowhere.json'], /--against \/nowhere.json: it cannot be read/],
    [['--calibration', '/nowhere.json'], /--calibration \/nowhere.json: it cannot be read/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runCli(['bench', 'simulate', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

it('reads nothing else than what was measured', () => {
  const refused = expect.objectContaining({ code: 'DT_USAGE' });
  for (const given of [{}, [], [null], [{ devices: 1 }]]) expect(() => readMeasured(given, 'x.json')).toThrow(refused);
});

it('sums deviations up whichever way they go', () => {
  const of = (fusedSeconds: number) =>
    deviationOf(
      { fusedSeconds, endToEndSeconds: 1, framesPerSecond: 1, macsRatio: 1, wireBytesPerFrame: { input: 8 } } as never,
      {
        fusedSeconds: 1,
        endToEndSeconds: 1,
        framesPerSecond: 1,
        macsRatio: 1,
        wireBytesPerFrame: { input: 10 },
      } as never,
    );
  const { median, worst } = summary([of(0.9), of(1.3), of(1.2)]);
  expect(median.fusedSeconds).toBeCloseTo(0.2, 9);
  expect(worst.fusedSeconds).toBeCloseTo(0.3, 9);
  expect(worst.wireBytes).toBeCloseTo(0.2, 9);
});
