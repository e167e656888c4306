import { execFile } from 'node:child_process';
import { platform } from 'node:os';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const SHORT = [
  '--devices',
  '2',
  '--cameras',
  '4',
  '--size',
  '320x240',
  '--seconds',
  '1',
  '--warmup',
  '0',
  '--top',
  '3',
];

interface Run {
  readonly from: string;
  readonly frames: number;
  readonly failed: number;
  readonly refused: number;
  readonly tasksPerFrame: number;
  readonly cpuMsPerFrame: Readonly<Record<'main' | 'all', number>>;
  readonly loopDelayMs: { readonly most: number };
  readonly profile: { readonly modules: readonly { readonly name: string; readonly ms: number }[] };
}

it.skipIf(platform() !== 'linux')(
  'measures a gateway whose devices compute nothing',
  async () => {
    const { stdout } = await run(process.execPath, ['bench/gateway.mjs', ...SHORT, '--json']);
    const runs = JSON.parse(stdout) as Run[];
    expect(runs.map(({ from }) => from)).toEqual(['devices', 'clients']);
    for (const { cpuMsPerFrame, failed, frames, loopDelayMs, profile, refused, tasksPerFrame } of runs) {
      expect(frames).toBeGreaterThan(0);
      expect([failed, refused]).toEqual([0, 0]);
      // Frames that a stub has and frames that have ended are counted a moment apart.
      expect(tasksPerFrame).toBeGreaterThan(0.5);
      expect(cpuMsPerFrame.all).toBeGreaterThanOrEqual(cpuMsPerFrame.main);
      expect(cpuMsPerFrame.main).toBeGreaterThan(0);
      expect(loopDelayMs.most).toBeGreaterThan(0);
      expect(profile.modules.map(({ name }) => name)).toContain('server/imaging/jpeg/scan-walk.ts');
    }
  },
  120_000,
);
