import { ratioEstimate } from '../../statistics/estimate.js';
import { median } from '../../statistics/statistics.js';
import { left, right, type Table } from '../../tables/table.js';
import type { CellResult, StrategyResult } from '../cell-result.js';
import { cellName, showEstimate, showShare, showTimes, showValue } from './shown.js';

const DEVICES = 6;

/**
 * `auto` on six devices beside one device, and beside six that do not talk to each other: six times one device's frames a second.
 * Of one frame at a time, `whole` is one device.
 */
export function aloneTable(cells: readonly CellResult[]): Table {
  const rows = cells.flatMap(({ cell, strategies }) => {
    const auto = strategies.find(({ strategy }) => strategy === 'auto');
    const isOne = cell.load === 'one';
    const alone = cells.find((other) => other.cell.group === 'alone' && other.cell.model === cell.model)?.strategies;
    const one = (isOne ? strategies : alone)?.find(({ strategy }) => strategy === 'whole');
    if (cell.group !== 'strategies' || auto === undefined || one === undefined) return [];
    const faster = isOne ? auto.speedup! : ratioEstimate(one.roundSeconds, auto.roundSeconds);
    return [
      [
        ...[cellName(cell), showValue(cell, one.value.value)],
        isOne ? '–' : showValue(cell, DEVICES * one.value.value),
        ...[showValue(cell, auto.value.value), showEstimate(faster, showTimes)],
      ],
    ];
  });
  return {
    title: 'Six devices under auto beside one',
    columns: [
      ...[left('cell'), right('one device'), right('six devices that do not talk'), right('six under auto')],
      right('auto over one device (interval)'),
    ],
    rows,
  };
}

/** Two devices that differ by 4 times: time of a gang beside that of an ideal share-out. */
export function pairTable(cells: readonly CellResult[]): Table {
  const rows = cells.flatMap(({ cell, strategies }) => {
    const whole = strategies.find(({ strategy }) => strategy === 'whole');
    if (cell.group !== 'pair' || whole === undefined) return [];
    const share = Math.max(...cell.cpu) / cell.cpu.reduce((sum, one) => sum + one, 0);
    const ideal = median(whole.roundSeconds) * share;
    return strategies.map(({ roundSeconds, strategy }: StrategyResult) => [
      ...[cellName(cell), strategy, `${median(roundSeconds).toFixed(2)} s`, `${ideal.toFixed(2)} s`],
      strategy === 'whole' ? '–' : showShare(median(roundSeconds) / ideal - 1),
    ]);
  });
  return {
    title: 'Two devices that differ by 4 times',
    columns: [
      ...[left('cell'), left('strategy'), right('a frame'), right('ideal share-out'), right('above the ideal')],
    ],
    rows,
  };
}

/** What the simulator may be off by: the median of all, and the worst. */
export const ALLOWED_DEVIATION = { median: 0.15, worst: 0.35 } as const;

/** How far the simulator is off what was measured, cell by cell. */
export function deviationTable(cells: readonly CellResult[]): Table {
  return {
    title: 'Simulated beside measured',
    columns: [
      ...[left('cell'), left('strategy'), right('measured'), right('simulated'), right('simulated over measured')],
      right('the same of the speedup over the first strategy'),
    ],
    rows: cells.flatMap(({ cell, strategies }) =>
      strategies.flatMap(({ deviation, simulated, speedupDeviation, strategy, value }) =>
        simulated === null || deviation === null
          ? []
          : [
              [
                ...[cellName(cell), strategy, showValue(cell, value.value), showValue(cell, simulated)],
                ...[showDeviation(deviation), speedupDeviation === null ? '–' : showDeviation(speedupDeviation)],
              ],
            ],
      ),
    ),
  };
}

/** Bold where it is more than any cell may be off. */
function showDeviation(share: number): string {
  return Math.abs(share) > ALLOWED_DEVIATION.worst ? `**${showShare(share)}**` : showShare(share);
}

/** The middle deviation and the worst one, whichever way, of all cells and by strategy. */
export function deviationSummary(cells: readonly CellResult[]): Table {
  const all = cells.flatMap(({ cell, strategies }) =>
    strategies.flatMap(({ deviation, strategy }) => (deviation === null ? [] : [{ cell, deviation, strategy }])),
  );
  const row = (name: string, some: typeof all) => {
    if (some.length === 0) return [];
    const worst = some.reduce((most, one) => (Math.abs(one.deviation) > Math.abs(most.deviation) ? one : most));
    const size = median(some.map(({ deviation }) => Math.abs(deviation)));
    const which = `${cellName(worst.cell)}, ${worst.strategy}`;
    const middle = median(some.map(({ deviation }) => deviation));
    return [
      [name, String(some.length), showShare(size).slice(1), showShare(middle), showShare(worst.deviation), which],
    ];
  };
  const names = [...new Set(all.map(({ strategy }) => strategy))];
  return {
    title: 'How far the simulator is off',
    columns: [
      ...[
        left('strategy'),
        right('cells'),
        right('median, either way'),
        right('median'),
        right('worst'),
        left('which'),
      ],
    ],
    rows: [
      ...row('all', all),
      ...names.flatMap((name) =>
        row(
          name,
          all.filter(({ strategy }) => strategy === name),
        ),
      ),
    ],
  };
}
