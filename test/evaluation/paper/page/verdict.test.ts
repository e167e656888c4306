import { describe, expect, it } from 'vitest';
import type { MeasuredExperiment } from '../../../../server/evaluation/paper/experiments/experiment.js';
import { failures } from '../../../../server/evaluation/paper/page/verdict.js';
import { measuredReports, paperResults } from '../paper-results.js';

describe('the verdict', () => {
  it('finds nothing wrong with exact outputs and Figure 12 as the paper has it', () => {
    expect(failures(paperResults())).toEqual([]);
  });

  it('names the experiment and strategy whose output differs', () => {
    const results = paperResults();
    const experiments = results.experiments.map((one) => {
      if (one.experiment.id !== 'frame-6-5x5') return one;
      const reports = measuredReports(one.experiment as MeasuredExperiment, 1e-3);
      return { ...one, outcome: { kind: 'measured' as const, reports } };
    });
    const wrong = failures({ ...results, experiments });
    expect(wrong).toHaveLength(4);
    expect(wrong[0]).toMatch(/^frame-6-5x5, ftp-wst-s: .*1\.0e-3/);
  });

  it('names a grid whose bytes are more than 1 % off the paper', () => {
    const { arithmetic } = paperResults();
    const wshMiB = { ...arithmetic.communication.wshMiB, '4x4': 16.2 * 1.011 };
    const off = { ...arithmetic, communication: { ...arithmetic.communication, wshMiB } };
    expect(failures(paperResults({ arithmetic: off }))).toEqual([expect.stringContaining('FTP-WSH, 4x4')]);
  });

  it('names what could not be measured', () => {
    expect(failures(paperResults({ missing: [{ id: 'number-6', reason: 'no memory' }] }))).toEqual([
      'number-6: no memory',
    ]);
  });
});
