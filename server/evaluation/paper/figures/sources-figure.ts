import type { LineSeries } from '../../charts/chart.js';
import type { Look } from '../../charts/look.js';
import { DEEPEST } from '../arithmetic.js';
import type { Metric, Points } from '../experiments/point.js';
import type { PointSets } from '../experiments/results.js';
import { FIGURE_TITLES } from '../page/figure-id.js';
import { statedValue } from '../page/paper-statements.js';
import { gridRow, statedMarks, strategyLines } from './line-series.js';
import type { Section } from './section.js';
import { strategyLegend } from './strategy-look.js';

const SOURCES = [1, 2, 3, 4, 5, 6];
const DEVICES = 6;

/** Figure 14. */
export function sourcesFigure(sets: PointSets): Section {
  const keyOf = (grid: string) => (sources: number) => ({ devices: DEVICES, grid, sources, depth: DEEPEST });
  const lines = (points: Points, metric: Metric, line: Look['line'], grid: string) =>
    strategyLines(points, metric, line, SOURCES, keyOf(grid));
  const row = (heading: string, yLabel: string, seriesOf: (grid: string) => readonly LineSeries[]) =>
    gridRow(heading, { xLabel: 'sources', yLabel, xValues: SOURCES }, seriesOf);
  const paper = (metric: Metric) => (grid: string) => [
    ...lines(sets.ours, metric, 'dashed', grid),
    ...lines(sets.letter, metric, 'solid', grid),
  ];
  const here = (metric: Metric) => (grid: string) => [
    ...lines(sets.here, metric, 'dashed', grid),
    ...lines(sets.measured, metric, 'solid', grid),
  ];
  const stated = statedMarks([
    ...SOURCES.flatMap((x) => [
      { x, y: statedValue('rate-modnn') },
      { x, y: statedValue('rate-ftp-wsh') },
    ]),
    { x: 1, y: statedValue('rate-wst-1') },
    { x: DEVICES, y: statedValue('rate-wst-6') },
  ]);
  return {
    id: 'fig14',
    title: FIGURE_TITLES.fig14,
    caption: [
      'Six devices; each source submits a frame at the same moment. The longest latency is from the first letterboxed picture to ' +
        'the last merged output, with what a frame waits for its turn; throughput is frames over that time, by which the numbers ' +
        'that the text states fit together. The crosses are throughputs that the text states, means over the three grids.',
    ],
    chart: {
      id: 'fig14',
      title: 'Longest latency and throughput over the number of sources, for three grids',
      legend: strategyLegend('to the letter, or measured', 'ours, or simulated here', 'stated'),
      rows: [
        row('The paper’s devices, simulated: longest latency', 's', paper('longest')),
        row('The paper’s devices, simulated: throughput', 'frames/s', (grid) => [stated, ...paper('rate')(grid)]),
        row('Test hosts of this machine: longest latency', 's', here('longest')),
        row('Test hosts of this machine: throughput', 'frames/s', here('rate')),
      ],
    },
    tables: [],
  };
}
