import { DEEPEST, DEVICE_COUNTS } from '../arithmetic.js';
import type { PointSets } from '../experiments/results.js';
import { FIGURE_TITLES } from '../page/figure-id.js';
import { statedValue } from '../page/paper-statements.js';
import { gridRow, statedMarks, strategyLines } from './line-series.js';
import type { Section } from './section.js';
import { strategyLegend } from './strategy-look.js';

/** Figure 13. */
export function latencyFigure(sets: PointSets): Section {
  const most = Math.max(...DEVICE_COUNTS);
  const stated = statedMarks([
    { x: most, y: statedValue('latency-6') },
    { x: most, y: statedValue('modnn-latency-6') },
  ]);
  const axes = { xLabel: 'devices', yLabel: 's', xValues: DEVICE_COUNTS };
  const keyOf = (grid: string) => (devices: number) => ({ devices, grid, sources: 1, depth: DEEPEST });
  return {
    id: 'fig13',
    title: FIGURE_TITLES.fig13,
    caption: [
      'From the letterboxed picture at its source to the merged output of the 16 layers, one frame at a time. The crosses are the ' +
        'two latencies that the text states, means over the three grids.',
      'Below, each test host has a quarter of a core of this machine and a link of 50 Mbit/s; bars are 95 % confidence intervals ' +
        'of medians.',
    ],
    chart: {
      id: 'fig13',
      title: 'Seconds from a picture to the merged output, over the number of devices, for three grids',
      legend: strategyLegend('to the letter, or measured', 'ours, or simulated here', 'stated'),
      rows: [
        gridRow(
          'The paper’s devices, simulated: scheduled to the letter (full), ours by default (dashed)',
          axes,
          (grid) => [
            stated,
            ...strategyLines(sets.ours, 'latency', 'dashed', DEVICE_COUNTS, keyOf(grid)),
            ...strategyLines(sets.letter, 'latency', 'solid', DEVICE_COUNTS, keyOf(grid)),
          ],
        ),
        gridRow('Test hosts of this machine: measured (full), simulated (dashed)', axes, (grid) => [
          ...strategyLines(sets.here, 'latency', 'dashed', DEVICE_COUNTS, keyOf(grid)),
          ...strategyLines(sets.measured, 'latency', 'solid', DEVICE_COUNTS, keyOf(grid)),
        ]),
      ],
    },
    tables: [],
  };
}
