import { describe, expect, it } from 'vitest';
import { FULL } from '../../../../server/evaluation/paper/experiments/extent.js';
import { measuredExperiments } from '../../../../server/evaluation/paper/experiments/measured-experiments.js';
import { testbedWords } from '../../../../server/evaluation/paper/page/number-facts.js';
import { numberRows } from '../../../../server/evaluation/paper/page/number-rows.js';
import { speedupLimit } from '../../../../server/evaluation/paper/speedup-limit.js';
import { paperResults } from '../paper-results.js';

describe('the table of numbers', () => {
  const rows = numberRows(paperResults());
  const find = (what: RegExp) => rows.find((row) => what.test(row.what))!;

  it('has a measured value and a command for every row of a full run', () => {
    for (const { command, measured, what } of rows) {
      expect([what, measured]).not.toContain(null);
      expect([what, command]).not.toContain('');
    }
  });

  it('tells file pages apart, and bytes by what they carry', () => {
    expect(find(/only steals/)).toMatchObject({ measured: { value: 60 }, note: expect.stringContaining('40 MiB') });
    expect(find(/F32 maps/).measured!.value).toBeCloseTo(2.9, 9);
  });

  it('sets the speedup beside the limit, and beside what is simulated', () => {
    const row = find(/^speedup of 6 devices of 0\.05 core.*5x5/);
    expect(row.goal).toBeNull();
    expect(row.note).toMatch(/^limit \d+\.\d\dx/);
    expect(row.simulated).not.toBeNull();
    expect(find(/share of what the simulator/).unit).toBe('%');
  });

  it('has no values without experiments', () => {
    for (const { measured } of numberRows({ experiments: [] })) expect(measured).toBeNull();
  });
});

describe('the limit', () => {
  const wireBytesPerFrame = { frame: 4e6, input: 3e6, overlap: 2e6, result: 1e6 };
  const facts = { untiledSeconds: 6, devices: 6, linkMbps: 8, wireBytesPerFrame };

  it('is computing where links are fast', () => {
    expect(speedupLimit({ ...facts, linkMbps: 1e6, strategy: 'ftp-wst' }).speedup).toBe(6);
  });

  it('is the busiest link where these are slow', () => {
    // 8 Mbit/s are 1 MB a second.
    expect(speedupLimit({ ...facts, linkMbps: 4, strategy: 'ftp-wst-s' }).speedup).toBe(1);
    const larger = { ...wireBytesPerFrame, result: 4e6 };
    expect(speedupLimit({ ...facts, strategy: 'ftp-wst', wireBytesPerFrame: larger }).linkSeconds).toBe(4);
    expect(speedupLimit({ ...facts, strategy: 'ftp-wsh' }).linkSeconds).toBe(5);
    expect(speedupLimit({ ...facts, strategy: 'modnn' }).linkSeconds).toBe(5);
  });
});

describe('the command that repeats a cluster', () => {
  it('has all that the cluster was set up with', () => {
    const of = (id: string) => testbedWords(measuredExperiments(FULL).find((one) => one.id === id)!.settings);
    expect(of('number-6-sources')).toBe(
      'sudo npx deepthings bench testbed --devices 6 --cpu 0.25 --link 50mbit --grid 5x5 --depth 16 --strategy ftp-wst-s ' +
        '--sources 6 --repeat 3 --frames 12 --warmup 20',
    );
    expect(of('number-6-f16')).toContain('--maps f16');
  });
});
