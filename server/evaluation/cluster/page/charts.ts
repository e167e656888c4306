import type { BarPanel, Chart } from '../../charts/chart.js';
import type { Look } from '../../charts/look.js';
import { CELL_MODELS, type CellModel } from '../cell.js';
import type { CellResult } from '../cell-result.js';
import { linkName, modelName } from './shown.js';

const MEASURED: Look = { tone: 'blue', marker: 'none', line: 'none' };
const SIMULATED: Look = { tone: 'ink', marker: 'diamond', line: 'dashed' };

/** Six equal devices, a row for each network: bars are measured, diamonds simulated. Loads without cells have no chart. */
export function clusterCharts(cells: readonly CellResult[]): readonly Chart[] {
  const equal = cells.filter(({ cell }) => cell.group === 'strategies');
  return [
    chartOf(
      'latency',
      'Seconds of a frame, one at a time, by strategy',
      's',
      equal.filter(({ cell }) => cell.load === 'one'),
    ),
    chartOf(
      'rate',
      'Frames a second of six cameras, by strategy',
      'frames/s',
      equal.filter(({ cell }) => cell.load !== 'one'),
    ),
  ].filter(({ rows }) => rows.length > 0);
}

function chartOf(id: string, title: string, yLabel: string, cells: readonly CellResult[]): Chart {
  const rowOf = (model: CellModel) => {
    const own = cells.filter(({ cell }) => cell.model === model);
    if (own.length === 0) return [];
    return [{ heading: modelName(model), sharedScale: true, panels: own.map((result) => panelOf(result, yLabel)) }];
  };
  return {
    ...{ id, title },
    legend: [
      { label: 'measured, with the interval of the median', kind: 'bar', look: MEASURED },
      { label: 'simulated', kind: 'line', look: SIMULATED },
    ],
    rows: CELL_MODELS.flatMap(rowOf),
  };
}

function panelOf({ cell, strategies }: CellResult, yLabel: string): BarPanel {
  return {
    ...{ kind: 'bars', title: linkName(cell), xLabel: '', yLabel },
    categories: strategies.map(({ strategy }) => strategy),
    series: [
      {
        look: MEASURED,
        bars: strategies.map(({ value }) => ({ y: value.value, low: value.low, high: value.high })),
        compared: strategies.map(({ simulated }) => simulated),
      },
    ],
  };
}
