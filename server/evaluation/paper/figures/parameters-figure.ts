import type { BarPanel, BarSeries, Mark } from '../../charts/chart.js';
import type { Tone } from '../../charts/look.js';
import type { Estimate } from '../../statistics/estimate.js';
import { DEPTHS, GRIDS } from '../arithmetic.js';
import { estimate } from '../estimate.js';
import type { PointKey } from '../experiments/experiment.js';
import type { Metric, Points } from '../experiments/point.js';
import type { PaperResults, PointSets } from '../experiments/results.js';
import { FIGURE_TITLES } from '../page/figure-id.js';
import type { Section } from './section.js';

const DEVICES = 6;
const MIB = 2 ** 20;
const TONES: Readonly<Record<number, Tone>> = { 4: 'orange', 8: 'green', 16: 'blue' };

type Value = (depth: number, grid: string) => Estimate | null;

/** Figure 15. */
export function parametersFigure({ arithmetic }: PaperResults, sets: PointSets): Section {
  const memory: Value = (depth, grid) => plain(arithmetic.memoryByDepth[depth]!.ftp[grid]!.totalBytes / MIB);
  const look = (depth: number) => ({ tone: TONES[depth]!, marker: 'none', line: 'none' }) as const;
  const panel = (title: string, yLabel: string, value: Value, compared?: Value): BarPanel => ({
    ...{ kind: 'bars', title, xLabel: 'grid', yLabel, categories: GRIDS },
    series: DEPTHS.map(
      (depth): BarSeries => ({
        look: look(depth),
        bars: GRIDS.map((grid) => markOf(value(depth, grid))),
        ...(compared && { compared: GRIDS.map((grid) => compared(depth, grid)?.value ?? null) }),
      }),
    ),
  });
  return {
    id: 'fig15',
    title: FIGURE_TITLES.fig15,
    caption: [
      'Six devices, FTP-WST-S. Memory is that of Figure 11, of the layers that are fused. A speedup is over one device with the 3x3 ' +
        'grid and as many fused layers, as in the paper.',
      'Below, the diamonds are simulated with this machine’s calibration; bytes are as they travel, pictures with one a value.',
    ],
    chart: {
      id: 'fig15',
      title: 'Memory, bytes and speedup for three grids and three fused depths',
      legend: [
        ...DEPTHS.map((depth) => ({ label: `${depth} fused layers`, kind: 'bar', look: look(depth) }) as const),
        { label: 'simulated here', kind: 'line', look: { tone: 'ink', marker: 'diamond', line: 'dashed' } },
      ],
      rows: [
        {
          heading: 'The paper’s devices, scheduled to the letter (memory: arithmetic; the rest: simulated)',
          sharedScale: false,
          panels: [
            panel('memory of a device', 'MiB', memory),
            panel('bytes, four a value', 'MiB a frame', bytes(sets.letter, 'paperMiB')),
            panel('speedup', 'times one device', speedup(sets.letter)),
          ],
        },
        {
          heading: 'Test hosts of this machine (bars: measured, diamonds: simulated)',
          sharedScale: false,
          panels: [
            panel('bytes as they travel', 'MiB a frame', bytes(sets.measured, 'sentMiB'), bytes(sets.here, 'sentMiB')),
            panel('speedup', 'times one device', speedup(sets.measured), speedup(sets.here)),
          ],
        },
      ],
    },
    tables: [],
  };
}

function key(devices: number, grid: string, depth: number): PointKey {
  return { strategy: 'ftp-wst-s', devices, grid, sources: 1, depth };
}

function bytes(points: Points, metric: Metric): Value {
  return (depth, grid) => estimate(points, (read) => read(metric, key(DEVICES, grid, depth)));
}

function speedup(points: Points): Value {
  return (depth, grid) =>
    estimate(points, (read) => {
      const [alone, six] = [read('latency', key(1, '3x3', depth)), read('latency', key(DEVICES, grid, depth))];
      return alone === null || six === null ? null : alone / six;
    });
}

function plain(value: number): Estimate {
  return { value, low: null, high: null };
}

function markOf(known: Estimate | null): Mark | null {
  return known === null ? null : { y: known.value, low: known.low, high: known.high };
}
