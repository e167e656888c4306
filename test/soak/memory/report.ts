import { textTable } from '../../../server/cli/terminal/text-table.js';
import type { LegendEntry, LinePanel } from '../../../server/evaluation/charts/chart.js';
import { chartSvg } from '../../../server/evaluation/charts/chart-svg.js';
import { median } from '../../../server/evaluation/statistics/statistics.js';
import type { MemorySample, NodeSample } from './node-sample.js';
import type { RecordedRun } from './run-file.js';
import { type Trend, trendsOf, WATCHED, type Watched } from './trend.js';
import { slopeBound } from './verdict.js';

const MIB = 2 ** 20;
const MINUTE_MS = 60_000;
/** A chart has a point for so much time, the table a column for each of some tenths of the run. */
const POINT_MINUTES = 1;
const COLUMNS = 8;
const LEAST = '– least in use';

const LEGEND = [
  { label: 'resident, with files', kind: 'line', look: { tone: 'ink', marker: 'none', line: 'solid' } },
  { label: 'V8 heaps, main and compute thread', kind: 'line', look: { tone: 'blue', marker: 'none', line: 'solid' } },
  {
    label: 'native: buffers, engine, allocator, stacks',
    kind: 'line',
    look: { tone: 'orange', marker: 'none', line: 'solid' },
  },
] as const satisfies readonly LegendEntry[];

/** The three that are watched, in the order of the legend. */
const SHOWN: readonly Watched[] = ['resident', 'heap', 'native'];

/** A file with a panel for each node. */
export function memorySvg({ facts, samples }: RecordedRun): string {
  const minutes = Math.max(1, Math.round(lastMinute(samples)));
  const tick = minutes < 20 ? Math.ceil(minutes / 4) : Math.ceil(minutes / 4 / 5) * 5;
  const xValues = Array.from({ length: Math.ceil(minutes / tick) + 1 }, (_, i) => i * tick);
  const panels = Object.keys(samples[0]!.nodes).map((node): LinePanel => {
    const series = SHOWN.map((what, i) => ({
      look: LEGEND[i]!.look,
      points: spansOf(samples, POINT_MINUTES, (sample) => WATCHED[what](sample.nodes[node]!), median).map(
        ({ minute, mib }) => ({
          ...{ x: minute, y: mib, low: null, high: null },
        }),
      ),
    }));
    return { kind: 'lines', title: node, xLabel: 'minutes', yLabel: 'MiB', xValues, series };
  });
  const heading = `Memory under ${facts.perSecond} frames a second, a process a node`;
  const title = `${heading}: resident, V8's heaps and native, over ${minutes} minutes`;
  return chartSvg(
    { id: 'memory', title, legend: LEGEND, rows: [{ heading, sharedScale: true, panels }] },
    { alone: true },
  );
}

/** Markdown: MiB by node and kind over the run, and the slope of its second half. */
export function memoryTable({ samples }: RecordedRun): string {
  const every = Math.max(1, Math.round(lastMinute(samples) / COLUMNS));
  const trends = trendsOf(samples);
  const kinds: [string, (sample: NodeSample) => number, Watched | null][] = [
    ['resident', WATCHED.resident, 'resident'],
    ['V8 heaps', WATCHED.heap, 'heap'],
    [LEAST, ({ used }) => used, null],
    ['native', WATCHED.native, 'native'],
    ['– buffers', ({ buffers }) => buffers, null],
  ];
  const rows = Object.keys(samples[0]!.nodes).flatMap((node) =>
    kinds.map(([name, of, what]) => [
      node,
      name,
      ...spansOf(samples, every, (sample) => of(sample.nodes[node]!), name === LEAST ? least : median).map(({ mib }) =>
        mib.toFixed(0),
      ),
      slopeText(trends.find((trend) => trend.node === node && trend.what === what)),
    ]),
  );
  const ends = spansOf(samples, every, () => 0, median).map((_, i) => `to ${(i + 1) * every} min`);
  const head = ['node', 'MiB', ...ends, 'slope, MiB/min'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** The slopes of a run beside their bounds, for a terminal. */
export function trendTable(samples: readonly MemorySample[]): string {
  const rows = trendsOf(samples).map((trend) => [
    trend.node,
    trend.what,
    slopeText(trend),
    slopeBound(trend).toFixed(3),
  ]);
  return textTable(
    ['node', 'memory', 'MiB a minute', 'bound'].map((title) => ({ title })),
    rows,
  );
}

/** What is left when a thread has just collected its garbage. */
function least(values: readonly number[]): number {
  return Math.min(...values);
}

function slopeText(trend: Trend | undefined): string {
  return trend === undefined ? '' : trend.mibPerMinute.toFixed(3);
}

function lastMinute(samples: readonly MemorySample[]): number {
  return samples.at(-1)!.atMs / MINUTE_MS;
}

/** One value for each span of some minutes, with the minute at its middle; for a last span that is less than half, none. */
function spansOf(
  samples: readonly MemorySample[],
  everyMinutes: number,
  bytesOf: (sample: MemorySample) => number,
  combine: (values: readonly number[]) => number,
): { readonly minute: number; readonly mib: number }[] {
  const spans = Math.max(1, Math.round(lastMinute(samples) / everyMinutes));
  return Array.from({ length: spans }, (_, i) => {
    const within = samples.filter(({ atMs }) => Math.ceil(atMs / MINUTE_MS / everyMinutes) === i + 1);
    return { minute: (i + 0.5) * everyMinutes, values: within.map(bytesOf) };
  }).flatMap(({ minute, values }) => (values.length === 0 ? [] : [{ minute, mib: combine(values) / MIB }]));
}
