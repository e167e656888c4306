import type { ThreadTimes } from '../../../evaluation/measure/cpu-profile.js';
import type { MeasuredBatch } from '../../../evaluation/measure/measured-batch.js';
import type { ClusterRun, TestbedSettings } from '../../../evaluation/measure/run-matrix.js';
import type { StrategyReport } from '../../../evaluation/measure/testbed-report.js';
import { THREADS } from '../../../node/observe/cpu-counter.js';
import { formatBytes, formatCount } from '../../terminal/quantities.js';
import { printNote } from '../../terminal/terminal.js';
import { type Column, right, textTable } from '../../terminal/text-table.js';

const COLUMNS: readonly Column[] = [
  { title: 'strategy' },
  ...['devices', 'grid', 'sources', 'fused s', 'p10-p90', 'end to end s', 'frames/s', 'sent a frame'].map(right),
  ...['on the links', 'MACs', 'source MiB', 'thief MiB', 'difference'].map(right),
];

export function testbedTable(reports: readonly StrategyReport[]): string {
  return textTable(
    COLUMNS,
    reports.map((report) => {
      const { source, thief } = report.edgeMemory;
      const { p10, p90 } = report.spread.fusedSeconds;
      return [
        report.strategy,
        String(report.devices),
        report.grid,
        String(report.sources),
        report.fusedSeconds.toFixed(2),
        `${p10.toFixed(2)}-${p90.toFixed(2)}`,
        report.endToEndSeconds.toFixed(2),
        report.framesPerSecond.toFixed(2),
        formatBytes(Object.values(report.wireBytesPerFrame).reduce((sum, bytes) => sum + bytes, 0)),
        formatBytes(Math.round(report.linkBytesPerFrame)),
        report.macsRatio.toFixed(2),
        source.residentMiB.toFixed(0),
        thief === null ? '' : thief.residentMiB.toFixed(0),
        `${report.relativeDifference.toExponential(0)}${report.exact ? '' : ' WRONG'}`,
      ];
    }),
  );
}

/** CPU time of a frame by what it was spent on. */
export function cpuTable(reports: readonly StrategyReport[]): string {
  const show = (times: ThreadTimes | null) => THREADS.map((name) => (times === null ? '' : times[name].toFixed(0)));
  return textTable(
    [
      ...[{ title: 'CPU ms a frame' }, right('devices'), right('grid'), { title: 'node' }],
      ...[right('requests'), right('layers'), right('other')],
    ],
    reports.flatMap(({ cpuMsPerFrame, devices, grid, strategy }) =>
      (['source', 'thief', 'gateway'] as const)
        .filter((kind) => cpuMsPerFrame[kind] !== null)
        .map((kind) => [strategy, String(devices), grid, kind, ...show(cpuMsPerFrame[kind])]),
    ),
  );
}

/** A line for each strategy of each cluster: its median time at the client, and its speed beside that of the first strategy. */
export function speedLines(reports: readonly StrategyReport[]): string {
  return reports
    .map((report) => {
      const { batchSeconds, frames, ratios, samples, strategy } = report;
      const one = samples.length === frames ? 'a frame' : formatCount(frames / samples.length, 'frame');
      const time = `${batchSeconds.toFixed(3)} s from submission to answer, ${one}`;
      if (ratios === null) return `${clusterTitle(report)}: ${strategy} takes ${time} (median of ${samples.length})`;
      const [ratio, low, high] = [ratios.median, ratios.medianLow, ratios.medianHigh].map((value) => value.toFixed(2));
      const rounds = `median of ${ratios.rounds} rounds, ${low} to ${high}`;
      return `  ${strategy} is ${ratio} times as fast as ${ratios.to} (${rounds}): ${time}`;
    })
    .join('\n');
}

/** Returns a table of frame times before, during and after the disturbance; empty without one. */
export function phaseTable(reports: readonly StrategyReport[]): string {
  const rows = reports.flatMap(({ phases, ...report }) =>
    Object.entries(phases ?? {}).map(([phase, { frames, seconds, settledAfter, settledSeconds }]) => [
      ...[clusterTitle(report), report.strategy, phase, String(frames.length)],
      ...[seconds.toFixed(2), Math.max(...frames).toFixed(2), settledSeconds.toFixed(2), String(settledAfter)],
    ]),
  );
  if (rows.length === 0) return '';
  return textTable(
    [
      ...[{ title: 'cluster' }, { title: 'strategy' }, { title: 'disturbance' }, right('frames'), right('median s')],
      ...[right('longest s'), right('settled s'), right('frames until then')],
    ],
    rows,
  );
}

export function clusterTitle({ devices, grid, sources }: ClusterRun): string {
  return `${formatCount(devices, 'device')}, ${grid}, ${formatCount(sources, 'source')}`;
}

export function printWhatIsRun(settings: TestbedSettings, clusters: readonly ClusterRun[], skipped: number): void {
  const { cpu, gatewayCpu, linkBitsPerSecond, model } = settings;
  const link = linkBitsPerSecond === null ? 'unshaped links' : `links of ${linkBitsPerSecond / 1e6} Mbit/s`;
  printNote(
    `${model.name ?? model.cfg}: ${formatCount(clusters.length, 'cluster')} one after another, devices of ${cpu.join(', ')} ` +
      `core, gateway of ${gatewayCpu}, ${link}`,
  );
  if (skipped > 0) printNote(`left out: ${formatCount(skipped, 'combination')} with more sources than devices`);
}

export function printBatch(batch: MeasuredBatch, left: string): void {
  const { frames, seconds } = batch;
  const { inTurn, strategy, warmup } = batch.batch;
  const took =
    frames.length === 1
      ? `fused ${frames[0]!.fusedSeconds.toFixed(2)} s, end to end`
      : inTurn
        ? 'one after another from each camera,'
        : 'all at once';
  const kind = warmup ? 'warm-up ' : '';
  printNote(`  ${strategy}: ${kind}${formatCount(frames.length, 'frame')}, ${took} ${seconds.toFixed(2)} s${left}`);
}
