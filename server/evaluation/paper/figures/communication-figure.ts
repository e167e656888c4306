import type { LineSeries } from '../../charts/chart.js';
import { DEEPEST, DEVICE_COUNTS, type GRIDS } from '../arithmetic.js';
import type { PaperResults, PointSets } from '../experiments/results.js';
import { FIGURE_TITLES } from '../page/figure-id.js';
import { statedValue } from '../page/paper-statements.js';
import { gridRow, statedMarks, strategyLines } from './line-series.js';
import type { Section } from './section.js';
import { lookOf, strategyLegend } from './strategy-look.js';

/** Figure 12. */
export function communicationFigure(results: PaperResults, sets: PointSets): Section {
  const keyOf = (grid: string) => (devices: number) => ({ devices, grid, sources: 1, depth: DEEPEST });
  const axes = { xLabel: 'devices', yLabel: 'MiB a frame', xValues: DEVICE_COUNTS };
  return {
    id: 'fig12',
    title: FIGURE_TITLES.fig12,
    caption: [
      'Above: every value with four bytes, as in the paper. FTP-WSH and MoDNN are arithmetic; what stealing moves depends on who ' +
        'is idle when, and is simulated on the paper’s devices, scheduled to the letter.',
      'Below: what ours really sends. Pictures travel as bytes, one a value, so a tile’s input takes a quarter; with any ' +
        'strategy most of what is sent is results.',
    ],
    chart: {
      id: 'fig12',
      title: 'MiB that nodes send each other for one frame, over the number of devices, for three grids',
      legend: strategyLegend('arithmetic; to the letter; measured', 'simulated here', 'stated'),
      rows: [
        gridRow('The paper’s devices, four bytes a value (arithmetic and simulation)', axes, (grid) => [
          statedMarks(stated(grid)),
          ...arithmeticLines(results, grid),
          ...strategyLines(sets.letter, 'paperMiB', 'solid', DEVICE_COUNTS, keyOf(grid)).filter(isStealing),
        ]),
        gridRow('Test hosts of this machine, as it travels (measured and simulated)', axes, (grid) => [
          ...strategyLines(sets.here, 'sentMiB', 'dashed', DEVICE_COUNTS, keyOf(grid)),
          ...strategyLines(sets.measured, 'sentMiB', 'solid', DEVICE_COUNTS, keyOf(grid)),
        ]),
      ],
    },
    tables: [],
  };
}

function arithmeticLines({ arithmetic }: PaperResults, grid: string): readonly LineSeries[] {
  const { modnnMiB, wshMiB } = arithmetic.communication;
  const line = (of: (devices: number) => number) =>
    DEVICE_COUNTS.map((devices) => ({ x: devices, y: of(devices), low: null, high: null }));
  return [
    { look: lookOf('ftp-wsh', 'solid'), points: line(() => wshMiB[grid]!) },
    { look: lookOf('modnn', 'solid'), points: line((devices) => modnnMiB[devices]!) },
  ];
}

function isStealing({ look }: LineSeries): boolean {
  return look.tone === lookOf('ftp-wst-s', 'solid').tone || look.tone === lookOf('ftp-wst', 'solid').tone;
}

/** The same with any number of devices (FTP-WSH), and the most that MoDNN reaches. */
function stated(grid: Grid): readonly { readonly x: number; readonly y: number }[] {
  return [
    ...DEVICE_COUNTS.map((x) => ({ x, y: statedValue(`wsh-${grid}`) })),
    { x: Math.max(...DEVICE_COUNTS), y: statedValue('modnn-6') },
  ];
}

type Grid = (typeof GRIDS)[number];
