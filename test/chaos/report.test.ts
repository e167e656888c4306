import { describe, expect, it } from 'vitest';
import type { RunReport } from './chaos-run.js';
import { describeRun, markdownTable, repeatCommand } from './report.js';

const report = (seed: number, other: Partial<RunReport> = {}): RunReport => ({
  ...{ seed, wrong: [], faults: ['kill e0', 'stall gateway'], met: 3, accepted: 10, complete: 9 },
  ...{ failed: { DT_NO_DEVICE: 1 }, refused: 2, unknown: 0, durationMs: 4_200, quietMs: 900, last: null, folder: null },
  ...other,
});

describe('what is said of runs', () => {
  it('one run on a line', () => {
    expect(describeRun(report(1))).toBe(
      'well; 10 frames, 9 complete, failed 1 DT_NO_DEVICE; 2 refused; kill e0, stall gateway (3 requests disturbed); 4.2 s, quiet within 0.9 s',
    );
    expect(describeRun(report(1, { wrong: ['x', 'y'] }))).toContain('2 THINGS WRONG');
  });

  it('how to repeat one', () => {
    expect(repeatCommand(7, '')).toBe('npm run chaos -- --runs 1 --seed 7');
    expect(repeatCommand(7, ' --only kill --strategies gang')).toBe(
      'npm run chaos -- --runs 1 --seed 7 --only kill --strategies gang',
    );
  });

  it('many runs in a table, summed up', () => {
    const table = markdownTable(Array.from({ length: 25 }, (_, i) => report(100 + i)));
    const lines = table.trim().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[2]).toBe('| 100 to 119 | 20 | 40 | 60 | 200 | 180 | 20 | 40 | 0 |');
    expect(lines[3]).toContain('| 120 to 124 | 5 |');
    expect(lines[4]).toBe('| all | 25 | 50 | 75 | 250 | 225 | 25 | 50 | 0 |');
  });
});
