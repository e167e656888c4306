import { PAPER_STRATEGIES } from '../../../scheduling/strategies/strategy.js';
import { median } from '../../statistics/statistics.js';
import { left, right, type Table } from '../../tables/table.js';
import { DEEPEST } from '../arithmetic.js';
import type { PointKey } from '../experiments/experiment.js';
import type { PointSets } from '../experiments/results.js';

interface Pair {
  readonly key: PointKey;
  /** Simulated over measured, less one. */
  readonly deviation: number;
}

/** How far the simulator is off what was measured: time to the merged output, of every cluster of Figure 13. */
export function deviationTable({ here, measured }: PointSets): Table {
  const pairs = measured.all.flatMap((point): Pair[] => {
    if (point.depth !== DEEPEST || point.sources !== 1) return [];
    const [simulated, real] = [here.value('latency', point), measured.value('latency', point)];
    return simulated === null || real === null ? [] : [{ key: point, deviation: simulated / real - 1 }];
  });
  return {
    title: 'Simulated against measured: time to the merged output, clusters of Figure 13',
    columns: [
      left('strategy'),
      right('clusters'),
      right('median, either way'),
      right('median'),
      right('worst'),
      left('which'),
    ],
    rows: [
      ...rowOf('all', pairs),
      ...PAPER_STRATEGIES.flatMap((name) =>
        rowOf(
          name.toUpperCase(),
          pairs.filter(({ key }) => key.strategy === name),
        ),
      ),
    ],
  };
}

function rowOf(name: string, pairs: readonly Pair[]): readonly (readonly string[])[] {
  if (pairs.length === 0) return [];
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${size(value)}`;
  const size = (value: number) => `${(100 * Math.abs(value)).toFixed(1)} %`;
  const worst = pairs.reduce((most, pair) => (Math.abs(pair.deviation) > Math.abs(most.deviation) ? pair : most));
  const { devices, grid, strategy } = worst.key;
  const middle = median(pairs.map(({ deviation }) => deviation));
  const either = median(pairs.map(({ deviation }) => Math.abs(deviation)));
  const which = `${strategy}, ${grid}, ${devices === 1 ? '1 device' : `${devices} devices`}`;
  return [[name, String(pairs.length), size(either), signed(middle), signed(worst.deviation), which]];
}
