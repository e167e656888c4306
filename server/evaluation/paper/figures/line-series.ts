import { PAPER_STRATEGIES } from '../../../scheduling/strategies/strategy.js';
import type { LineSeries, PanelRow } from '../../charts/chart.js';
import type { Look } from '../../charts/look.js';
import { GRIDS } from '../arithmetic.js';
import { estimateOf } from '../estimate.js';
import type { PointKey } from '../experiments/experiment.js';
import type { Metric, Points } from '../experiments/point.js';
import { lookOf, STATED } from './strategy-look.js';

/** One line for each strategy that has points. @param keyOf what the line's abscissa stands for. */
export function strategyLines(
  points: Points,
  metric: Metric,
  line: Look['line'],
  xValues: readonly number[],
  keyOf: (x: number) => Omit<PointKey, 'strategy'>,
): readonly LineSeries[] {
  return PAPER_STRATEGIES.map((strategy) => ({
    look: lookOf(strategy, line),
    points: xValues.flatMap((x) => {
      const known = estimateOf(points, metric, { ...keyOf(x), strategy });
      return known === null ? [] : [{ x, y: known.value, low: known.low, high: known.high }];
    }),
  })).filter((series) => series.points.length > 0);
}

/** What the paper's text states, as crosses. */
export function statedMarks(values: readonly { readonly x: number; readonly y: number }[]): LineSeries {
  return { look: STATED, points: values.map(({ x, y }) => ({ x, y, low: null, high: null })) };
}

/** A panel for each grid, on one scale. */
export function gridRow(
  heading: string,
  axes: { readonly xLabel: string; readonly yLabel: string; readonly xValues: readonly number[] },
  seriesOf: (grid: (typeof GRIDS)[number]) => readonly LineSeries[],
): PanelRow {
  const panels = GRIDS.map((grid) => ({ kind: 'lines' as const, title: grid, ...axes, series: seriesOf(grid) }));
  return { heading, sharedScale: true, panels };
}
