import type { RunReport } from './chaos-run.js';

export function describeRun(report: RunReport): string {
  const { accepted, complete, failed, refused, unknown, faults, met, durationMs, quietMs, last, wrong } = report;
  const codes = Object.entries(failed).map(([code, count]) => `${count} ${code}`);
  const parts = [
    wrong.length === 0 ? 'well' : `${wrong.length} THINGS WRONG`,
    `${accepted} frames, ${complete} complete${codes.length > 0 ? `, failed ${codes.join(', ')}` : ''}`,
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(unknown > 0 ? [`${unknown} without an answer`] : []),
    faults.length > 0 ? `${faults.join(', ')} (${met} requests disturbed)` : 'no faults',
    `${(durationMs / 1_000).toFixed(1)} s, quiet within ${(quietMs / 1_000).toFixed(1)} s${last === null ? '' : ` (last: ${last})`}`,
  ];
  return parts.join('; ');
}

/** @param filters the options that say what is drawn, with a space before each. */
export function repeatCommand(seed: number, filters: string): string {
  return `npm run chaos -- --runs 1 --seed ${seed}${filters}`;
}

const ROW = 20;

/** A row for every so many runs, and one for all. */
export function markdownTable(reports: readonly RunReport[]): string {
  const rows = Array.from({ length: Math.ceil(reports.length / ROW) }, (_, i) => reports.slice(i * ROW, (i + 1) * ROW));
  const lines = [
    '| seeds | runs | faults | requests disturbed | frames | complete | failed with a true reason | refused | lost or wrong |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((some) => row(`${some[0]!.seed} to ${some.at(-1)!.seed}`, some)),
    row('all', reports),
  ];
  return `${lines.join('\n')}\n`;
}

function row(name: string, reports: readonly RunReport[]): string {
  const sum = (of: (report: RunReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const failed = sum((report) => Object.values(report.failed).reduce((total, count) => total + count, 0));
  const cells = [
    name,
    reports.length,
    sum(({ faults }) => faults.length),
    sum(({ met }) => met),
    sum(({ accepted }) => accepted),
    sum(({ complete }) => complete),
    failed,
    sum(({ refused }) => refused),
    sum(({ wrong }) => wrong.length),
  ];
  return `| ${cells.join(' | ')} |`;
}
