import type { BarPanel, BarSeries, Chart, Mark } from '../../charts/chart.js';
import type { Tone } from '../../charts/look.js';
import { left, right, type Table } from '../../tables/table.js';
import { findExperiment, type PaperResults } from '../experiments/results.js';
import type { Footprint } from '../memory-footprint.js';
import { FIGURE_TITLES } from '../page/figure-id.js';
import type { Section } from './section.js';

const MIB = 2 ** 20;
const PROCESSES = 'number-6';

/** Figure 11. */
export function memoryFigure(results: PaperResults): Section {
  return {
    id: 'fig11',
    title: FIGURE_TITLES.fig11,
    caption: [
      'Of each of the 16 layers, the input and output of the tile or slice that needs most, as F32; total: the largest of these ' +
        'and the weights of all layers, as section V.A counts. It follows from the network alone, so there is nothing to measure: ' +
        'what a whole process takes, with Node.js, engine and buffers, is beside it.',
    ],
    chart: memoryChart(results),
    tables: processTable(results),
  };
}

function memoryChart({ arithmetic: { memory } }: PaperResults): Chart {
  const cuts: readonly [Footprint, Tone][] = [
    [memory.original, 'grey'],
    [memory.bodp, 'purple'],
    [memory.ftp['3x3']!, 'orange'],
    [memory.ftp['5x5']!, 'blue'],
  ];
  const bar = (bytes: number): Mark => ({ y: bytes / MIB, low: null, high: null });
  const series = (barsOf: (cut: Footprint) => readonly number[]): readonly BarSeries[] =>
    cuts.map(([cut, tone]) => ({ look: { tone, marker: 'none', line: 'none' }, bars: barsOf(cut).map(bar) }));
  const panel = (title: string, categories: readonly string[], bars: readonly BarSeries[]): BarPanel => ({
    ...{ kind: 'bars', title, xLabel: 'layer', yLabel: 'MiB', categories, series: bars },
  });
  return {
    id: 'fig11',
    title: 'Memory of each layer and in total, whole and cut',
    legend: cuts.map(([{ name }, tone]) => ({
      label: name,
      kind: 'bar',
      look: { tone, marker: 'none', line: 'none' },
    })),
    rows: [
      {
        heading: 'Feature maps of each layer, and the total with all weights: arithmetic',
        sharedScale: true,
        panels: [
          panel(
            'input and output of the largest part',
            [...memory.layers, 'total'],
            series((cut) => [...cut.mapBytes, cut.totalBytes]),
          ),
        ],
      },
    ],
  };
}

/** Most resident memory of edge processes. */
function processTable(results: PaperResults): readonly Table[] {
  const outcome = findExperiment(results, PROCESSES)?.outcome;
  if (outcome?.kind !== 'measured') return [];
  const { source, thief } = outcome.reports[0]!.edgeMemory;
  const kinds = [
    ['the device that frames start on', source] as const,
    ...(thief === null ? [] : [['a device that only steals', thief] as const]),
  ];
  return [
    {
      title: 'Edge processes, FTP-WST-S, 5x5, six devices: most resident memory while frames were under way',
      columns: [left('process'), right('resident, MiB'), right('own, MiB'), right('file pages, MiB')],
      rows: kinds.map(([name, { anonymousMiB, fileMiB, residentMiB }]) => [
        name,
        ...[residentMiB, anonymousMiB, fileMiB].map((value) => value.toFixed(0)),
      ]),
    },
  ];
}
