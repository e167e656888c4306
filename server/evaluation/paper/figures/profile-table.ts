import { THREADS } from '../../../node/observe/cpu-counter.js';
import type { StrategyReport } from '../../measure/testbed-report.js';
import { left, right, type Table } from '../../tables/table.js';
import { findExperiment, type PaperResults } from '../experiments/results.js';
import { reportOf } from '../page/number-facts.js';
import { busiestLinkSeconds } from '../speedup-limit.js';

const KINDS = ['source', 'thief', 'gateway'] as const;
const NAMES = { source: 'source', thief: 'each thief', gateway: 'gateway, with the remaining layers' };
const EXPERIMENTS = ['number-1', 'number-6'];

/** What nodes did with their processors during a frame, and how busy that and the busiest link made them: what bounds it. */
export function profileTable(results: Pick<PaperResults, 'experiments'>): Table {
  const reports = EXPERIMENTS.map((id) => reportOf(findExperiment(results, id))).filter((report) => report !== null);
  return {
    title:
      'What bounds it: CPU time of a frame by thread, and how busy processors and links were until the merged output',
    columns: [
      ...[left('node'), right('requests, ms'), right('layers, ms'), right('other, ms')],
      ...[right('of its quota'), right('busiest link')],
    ],
    rows: reports.flatMap(rowsOf),
  };
}

function rowsOf(report: StrategyReport): readonly (readonly string[])[] {
  const { cpu, cpuMsPerFrame, devices, fusedSeconds } = report;
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return KINDS.flatMap((kind) => {
    const times = cpuMsPerFrame?.[kind] ?? null;
    if (times === null) return [];
    const sum = THREADS.reduce((ms, thread) => ms + times[thread], 0);
    // The gateway computes after the merged output.
    const quota = kind === 'gateway' ? '–' : percent(sum / 1000 / (cpu[0]! * fusedSeconds));
    const link = kind === 'source' ? percent(busiestLinkSeconds(report) / fusedSeconds) : '–';
    const node = `${devices === 1 ? '1 device' : `${devices} devices`}: ${NAMES[kind]}`;
    return [[node, ...THREADS.map((thread) => times[thread].toFixed(0)), quota, link]];
  });
}
