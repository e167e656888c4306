import type { Chart } from '../../charts/chart.js';
import { provenance } from '../../experiments/provenance.js';
import { median } from '../../statistics/statistics.js';
import { markdownTable } from '../../tables/markdown-table.js';
import type { Table } from '../../tables/table.js';
import { type CellResult, cellResults } from '../cell-result.js';
import { CELLS } from '../cells.js';
import type { ClusterResults } from '../cluster-results.js';
import { clusterCharts } from './charts.js';
import { ALLOWED_DEVIATION, aloneTable, deviationSummary, deviationTable, pairTable } from './other-tables.js';
import { showShare } from './shown.js';
import { burstTable, detailTable, strategyTable } from './strategy-tables.js';

/** The page and its charts. The same results give the same page. */
export interface ClusterPage {
  /** Markdown that refers to the charts as `ID.svg`. */
  readonly markdown: string;
  readonly charts: readonly Chart[];
}

export function clusterPage(results: ClusterResults): ClusterPage {
  const cells = cellResults(results);
  const charts = clusterCharts(cells);
  const markdown = [
    '# The cluster against what one would do instead',
    '<!-- Written by `deepthings bench cluster`: not to be edited by hand. -->',
    ...introduction(results),
    ...strategies(cells, charts),
    ...section('Several frames at once', BURSTS, [burstTable(cells)]),
    ...section('One device', ALONE, [aloneTable(cells)]),
    ...unequal(cells),
    ...simulated(cells),
    ...section('Every cell', DETAILS, cells.map(detailTable)),
    ...absent(results, cells),
    ...section('What made it', '', [provenance(results.experiments)]),
  ].join('\n\n');
  return { markdown: `${markdown}\n`, charts };
}

const ALONE =
  'One frame at a time leaves five of six devices idle, so `whole` is one device. With cameras one device is a cluster of one with the ' +
  'same quota, whose frames are submitted several at once. Six devices that do not talk to each other are not measured: six times the ' +
  'frames a second of one. That is an upper bound here, because six processes share the processors of this machine, and one does not. One ' +
  'device under cameras was measured with links of 1 Gbit/s, also for the rows of slower ones.';

const BURSTS =
  'So many frames are submitted at the same moment while six devices are idle; the turn ends with the last answer. One frame alone stands ' +
  'in the tables above.';

const DETAILS =
  'Each cell is one cluster in which the strategies take turns. Values are medians over rounds with the interval of a percentile ' +
  'bootstrap: from six rounds on it has the median with about 95 % confidence, with fewer it is about the range of the rounds and has it ' +
  'with less (two rounds: 50 %). “So many times as fast” compares the turns of the same round.';

function introduction({ createdAt, options }: ClusterResults): readonly string[] {
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : name === 'out' || typeof value !== 'string' ? [] : [`--${name} ${value}`],
  );
  return [
    'Latency and frames a second of six devices under every strategy: one device for each frame (`whole`), tiles (`ftp-wst-s`), gangs of ' +
      'two, three, four and all six (`gang`), and `auto`, which chooses for each frame. Measured on test hosts of one machine ' +
      '([how](../../evaluation.md#how-it-is-measured)), beside what the simulator predicts from a calibration that was made before.',
    `Made on ${createdAt.slice(0, 10)} by`,
    ['```sh', ['sudo npx deepthings bench cluster', ...words].join(' '), '```'].join('\n'),
    'One cell alone: `sudo npx deepthings bench cluster --cells yolov2-1gbit-one`; `npx deepthings bench cluster --list` names all.',
  ];
}

function strategies(cells: readonly CellResult[], charts: readonly Chart[]): readonly string[] {
  const equal = cells.filter(({ cell }) => cell.group === 'strategies');
  const judged = equal.flatMap(({ auto }) => auto ?? []);
  const within = judged.filter(({ isWithin }) => isWithin).length;
  const verdict =
    judged.length === 0
      ? 'Nothing was measured.'
      : `\`auto\` is within 10 % of the best fixed strategy in ${within} of ${judged.length} cells. The comparison goes round by round, ` +
        'with its interval; the best fixed strategy is the one with the best median of the same run, so chance favours it. `ftp-wst-s` has one ' +
        'grid for both loads of a cluster. Not measured are gangs of five, and gangs of two and four with cameras.';
  return [
    ...section('Every strategy', verdict, [
      strategyTable('One frame at a time: seconds from the picture to the boxes', equal, 'one'),
      strategyTable(
        'Six cameras: frames a second; each submits its next frame once the one before it is answered',
        equal,
        'cameras',
      ),
    ]),
    ...charts.map(({ id, title }) => `![${title}](${id}.svg)`),
  ];
}

function unequal(cells: readonly CellResult[]): readonly string[] {
  const mixed = cells.filter(({ cell }) => cell.group === 'mixed');
  return section(
    'Devices that differ',
    'The ideal share-out is what the faster device takes for a whole frame, by its share of both processors together: nothing is computed ' +
      'twice, and nothing is sent.',
    [
      strategyTable('One frame at a time: seconds', mixed, 'one'),
      strategyTable('Six cameras: frames a second', mixed, 'cameras'),
      pairTable(cells),
    ],
  );
}

function simulated(cells: readonly CellResult[]): readonly string[] {
  const strategies = cells.flatMap((cell) => cell.strategies);
  const sizes = strategies.flatMap(({ deviation }) => (deviation === null ? [] : [Math.abs(deviation)]));
  const ofSpeedups = strategies.flatMap(({ speedupDeviation: of }) => (of === null ? [] : [Math.abs(of)]));
  if (sizes.length === 0) return [];
  const text = [
    `Times and rates: ${verdictOf(sizes)}.`,
    ...(ofSpeedups.length === 0 ? [] : [`Speedups over the first strategy of a cell: ${verdictOf(ofSpeedups)}.`]),
    'Strategies take turns within minutes, so that a speedup has little of how fast the machine was at the time. Times and rates have all of ' +
      'it: the calibration was made up to an hour before.',
  ].join(' ');
  return section('Simulated against measured', text, [deviationSummary(cells), deviationTable(cells)]);
}

/** Returns the median deviation and the number of large ones, beside the wanted values. */
function verdictOf(sizes: readonly number[]): string {
  const beyond = sizes.filter((size) => size > ALLOWED_DEVIATION.worst).length;
  const middle = median(sizes);
  const isReached = middle <= ALLOWED_DEVIATION.median;
  return (
    `the median deviation is ${showShare(middle).slice(1)} (wanted: at most 15 %), which is ${isReached ? 'reached' : 'not reached'}; ` +
    `${beyond} of ${sizes.length} are off by more than 35 % (wanted: none)`
  );
}

function absent({ cells, missing, notMeasured }: ClusterResults, there: readonly CellResult[]): readonly string[] {
  const ids = new Set(there.map(({ cell }) => cell.id));
  const failed = new Map(missing.map(({ id, reason }) => [id, reason]));
  const asked = new Set(cells.map(({ id }) => id));
  const reasonOf = (id: string) =>
    asked.has(id) ? (failed.get(id) ?? notMeasured ?? 'the run ended before it') : 'not asked for';
  const lines = CELLS.filter(({ id }) => !ids.has(id)).map(({ id }) => `- ${id}: ${reasonOf(id)}`);
  return lines.length === 0 ? [] : ['## Not measured', lines.join('\n')];
}

/** Nothing where all its tables are empty. */
function section(title: string, text: string, tables: readonly Table[]): readonly string[] {
  const full = tables.filter(({ rows }) => rows.length > 0);
  if (full.length === 0) return [];
  const named = full.flatMap((table) => [
    ...(table.title === title ? [] : [`### ${table.title}`]),
    markdownTable(table),
  ]);
  return [`## ${title}`, ...(text === '' ? [] : [text]), ...named];
}
