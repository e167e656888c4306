import type { BenchStrategy } from '../../measure/bench-strategy.js';
import { left, right, type Table } from '../../tables/table.js';
import type { CellLoad } from '../cell.js';
import { bestOf, type CellResult, type StrategyResult } from '../cell-result.js';
import { linkName, loadName, modelName, showEstimate, showShare, showTimes, showValue } from './shown.js';

/** Every cell of a load beside its strategies, the best one bold, and how far `auto` is from the best fixed one. */
export function strategyTable(title: string, cells: readonly CellResult[], load: CellLoad): Table {
  const own = cells.filter(({ cell }) => cell.load === load);
  const names = [...new Set(own.flatMap(({ cell }) => cell.strategies))];
  return {
    title,
    columns: [
      ...[left('network'), left('links'), right('devices'), left('grid of tiles'), ...names.map(right)],
      ...[right('auto against the best fixed one'), left('within 10 %')],
    ],
    rows: own.map((result) => {
      const { auto, cell, grid } = result;
      const hasTiles = cell.strategies.includes('ftp-wst-s');
      return [
        ...[modelName(cell.model), linkName(cell), cpuOf(cell.cpu), hasTiles ? grid : ''],
        ...names.map((name) => valueCell(result, name)),
        auto === null ? '' : `${showEstimate(auto.behind, showShare)} (${auto.best})`,
        auto === null ? '' : auto.isWithin ? 'yes' : '**no**',
      ];
    }),
  };
}

/** Frames that come at once: frames a second, with the median frame's seconds from submission to answer. */
export function burstTable(cells: readonly CellResult[]): Table {
  const own = cells.filter(({ cell }) => cell.group === 'burst');
  const names = [...new Set(own.flatMap(({ cell }) => cell.strategies))];
  return {
    title: 'Frames at once: frames a second, and seconds of the median frame',
    columns: [
      ...[left('network'), left('links'), right('frames at once'), ...names.map(right)],
      right('auto against the best fixed one'),
    ],
    rows: own.map((result) => {
      const { auto, cell, strategies } = result;
      const latency = (name: BenchStrategy) =>
        strategies.find(({ strategy }) => strategy === name)?.latencySeconds.toFixed(2) ?? '–';
      return [
        ...[modelName(cell.model), linkName(cell), String(cell.frames)],
        ...names.map((name) => `${valueCell(result, name)}, ${latency(name)} s`),
        auto === null ? '' : `${showEstimate(auto.behind, showShare)} (${auto.best})`,
      ];
    }),
  };
}

/** Medians and their intervals, and speedups over the first strategy by rounds. */
export function detailTable({ cell, refused, strategies }: CellResult): Table {
  const [first] = strategies as readonly [StrategyResult, ...StrategyResult[]];
  return {
    title: `${modelName(cell.model)}, ${linkName(cell)}, ${loadName(cell)}`,
    columns: [
      ...[left('strategy'), right(cell.load === 'one' ? 'a frame (interval)' : 'frames a second (interval)')],
      ...[right(`so many times as fast as ${first.strategy} (interval)`), right('devices a frame'), left('output')],
    ],
    rows: [
      ...strategies.map(({ devices, exact, speedup, strategy, value }) => [
        ...[strategy, showEstimate(value, (one) => showValue(cell, one))],
        ...[speedup === null ? '–' : showEstimate(speedup, showTimes), String(devices), exact ? 'exact' : '**wrong**'],
      ]),
      ...refused.map(({ reason, strategy }) => [strategy, '–', '–', '–', `not possible: ${reason}`]),
    ],
  };
}

function valueCell({ cell, refused, strategies }: CellResult, name: BenchStrategy): string {
  const found = strategies.find(({ strategy }) => strategy === name);
  if (found === undefined) return refused.some(({ strategy }) => strategy === name) ? 'not possible' : '–';
  const text = showValue(cell, found.value.value);
  return bestOf(strategies) === name ? `**${text}**` : text;
}

function cpuOf(cpu: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const share of cpu) counts.set(share, (counts.get(share) ?? 0) + 1);
  return [...counts].map(([share, count]) => `${count} of ${share} core`).join(', ');
}
