import { PAPER_STRATEGIES, type StrategyName } from '../../../scheduling/strategies/strategy.js';
import { type Arithmetic, DEEPEST, DEVICE_COUNTS, GRIDS } from '../arithmetic.js';
import type { Estimator, Read } from '../estimate.js';
import type { PointKey } from '../experiments/experiment.js';
import type { Metric } from '../experiments/point.js';
import { type Footprint, meanLayerReduction, totalReduction } from '../memory-footprint.js';

/** How a statement of the paper is made of our numbers, in the statement's unit. */
export type StatementValue =
  | { readonly kind: 'arithmetic'; readonly of: (arithmetic: Arithmetic) => number }
  | { readonly kind: 'estimated'; readonly by: Estimator };

const MIB = 2 ** 20;
const MOST = 6;
/** Those whose tiles compute all that they need. */
const WITHOUT_REUSE: readonly StrategyName[] = ['ftp-wst', 'ftp-wsh'];
const SOURCES = [1, 2, 3, 4, 5, 6];

function key(strategy: StrategyName, devices: number, grid: string, sources = 1): PointKey {
  return { strategy, devices, grid, sources, depth: DEEPEST };
}

/** Mean of those that are known; null when none is. */
function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** How much more the one is than the other, in percent. */
function more(read: Read, metric: Metric, one: PointKey, than: PointKey): number | null {
  const ratio = over(read, metric, one, than);
  return ratio === null ? null : 100 * (ratio - 1);
}

function less(read: Read, metric: Metric, one: PointKey, than: PointKey): number | null {
  const percent = more(read, metric, one, than);
  return percent === null ? null : -percent;
}

function over(read: Read, metric: Metric, one: PointKey, under: PointKey): number | null {
  const [above, below] = [read(metric, one), read(metric, under)];
  return above === null || below === null ? null : above / below;
}

function difference(read: Read, metric: Metric, one: PointKey, other: PointKey): number | null {
  const [first, second] = [read(metric, one), read(metric, other)];
  return first === null || second === null ? null : first - second;
}

const overGrids = (of: (grid: string) => number | null) => mean(GRIDS.map(of));
const overClusters = (of: (grid: string, devices: number) => number | null, grids: readonly string[] = GRIDS) =>
  mean(grids.flatMap((grid) => DEVICE_COUNTS.map((devices) => of(grid, devices))));
/** Strategies that give work away do so only with several devices. */
const overSeveral = (of: (grid: string, sources: number) => number | null, grids: readonly string[] = GRIDS) =>
  mean(grids.flatMap((grid) => SOURCES.map((sources) => of(grid, sources))));

const estimated = (by: Estimator): StatementValue => ({ kind: 'estimated', by });
const arithmetic = (of: (arithmetic: Arithmetic) => number): StatementValue => ({ kind: 'arithmetic', of });
const reduced = (of: (memory: Arithmetic['memory']) => Footprint, by: typeof totalReduction) =>
  arithmetic(({ memory }) => 100 * by(memory, of(memory)));

const reuseLatency = (grids: readonly string[]) =>
  estimated((read) =>
    overClusters((grid, n) => less(read, 'latency', key('ftp-wst-s', n, grid), key('ftp-wst', n, grid)), grids),
  );
const reuseBytes = (grid: string) =>
  estimated((read) =>
    overClusters((g, n) => difference(read, 'paperMiB', key('ftp-wst-s', n, g), key('ftp-wst', n, g)), [grid]),
  );
const reuseOfSources = (metric: Metric, grid: string, by: typeof more) =>
  estimated((read) =>
    overSeveral((g, s) => by(read, metric, key('ftp-wst-s', MOST, g, s), key('ftp-wst', MOST, g, s)), [grid]),
  );
const overModnn = (metric: Metric, by: typeof more) =>
  estimated((read) => overSeveral((g, s) => by(read, metric, key('ftp-wst-s', MOST, g, s), key('modnn', MOST, g, s))));
const rate = (strategy: StrategyName, sources: readonly number[]) =>
  estimated((read) =>
    overSeveral((grid, s) => (sources.includes(s) ? read('rate', key(strategy, MOST, grid, s)) : null)),
  );
const speedup = (strategy: StrategyName, devices: number) =>
  estimated((read) => overGrids((grid) => over(read, 'latency', key(strategy, 1, grid), key(strategy, devices, grid))));
const latency = (strategy: StrategyName) =>
  estimated((read) => overGrids((grid) => read('latency', key(strategy, MOST, grid))));

/** By the statement's id. */
export const STATEMENT_VALUES: Readonly<Record<string, StatementValue>> = {
  'memory-peak': arithmetic(({ memory }) => memory.original.totalBytes / MIB),
  'memory-bodp': reduced(({ bodp }) => bodp, totalReduction),
  'memory-3x3': reduced(({ ftp }) => ftp['3x3']!, totalReduction),
  'memory-5x5': reduced(({ ftp }) => ftp['5x5']!, totalReduction),
  'memory-layers-3x3': reduced(({ ftp }) => ftp['3x3']!, meanLayerReduction),
  'memory-layers-5x5': reduced(({ ftp }) => ftp['5x5']!, meanLayerReduction),
  'memory-layers-bodp': reduced(({ bodp }) => bodp, meanLayerReduction),
  'memory-device': arithmetic(({ memory }) => memory.ftp['5x5']!.totalBytes / MIB),
  ...Object.fromEntries(GRIDS.map((grid) => [`wsh-${grid}`, arithmetic((all) => all.communication.wshMiB[grid]!)])),
  'modnn-mean': arithmetic(({ communication }) => mean(DEVICE_COUNTS.map((n) => communication.modnnMiB[n]!))!),
  'modnn-6': arithmetic(({ communication }) => communication.modnnMiB[MOST]!),
  'wst-bytes': estimated((read) =>
    overClusters((grid, n) => less(read, 'paperMiB', key('ftp-wst', n, grid), key('ftp-wsh', n, grid))),
  ),
  'wst-s-bytes-3x3': reuseBytes('3x3'),
  'wst-s-bytes-5x5': reuseBytes('5x5'),
  'wst-latency': estimated((read) =>
    overClusters((grid, n) => less(read, 'latency', key('ftp-wst', n, grid), key('ftp-wsh', n, grid))),
  ),
  'modnn-best': estimated(fastestModnn),
  'grid-latency': estimated((read) =>
    mean(
      WITHOUT_REUSE.flatMap((strategy) =>
        DEVICE_COUNTS.map((n) => more(read, 'latency', key(strategy, n, '5x5'), key(strategy, n, '3x3'))),
      ),
    ),
  ),
  'reuse-latency': reuseLatency(GRIDS),
  'reuse-latency-3x3': reuseLatency(['3x3']),
  'reuse-latency-5x5': reuseLatency(['5x5']),
  'one-device': estimated((read) =>
    overGrids((grid) => more(read, 'latency', key('ftp-wst-s', 1, grid), key('modnn', 1, grid))),
  ),
  'latency-6': latency('ftp-wst-s'),
  'speedup-6': speedup('ftp-wst-s', MOST),
  'speedup-2': speedup('ftp-wst-s', 2),
  'modnn-latency-6': latency('modnn'),
  'modnn-speedup-6': speedup('modnn', MOST),
  ...Object.fromEntries(
    PAPER_STRATEGIES.map((strategy) => [
      `growth-${strategy}`,
      estimated((read) =>
        overGrids((grid) => over(read, 'longest', key(strategy, MOST, grid, MOST), key(strategy, MOST, grid))),
      ),
    ]),
  ),
  'rate-modnn': rate('modnn', SOURCES),
  'rate-ftp-wsh': rate('ftp-wsh', SOURCES),
  'rate-wst-1': rate('ftp-wst', [1]),
  'rate-wst-6': rate('ftp-wst', [MOST]),
  'reuse-longest-3x3': reuseOfSources('longest', '3x3', less),
  'reuse-rate-3x3': reuseOfSources('rate', '3x3', more),
  'reuse-longest-5x5': reuseOfSources('longest', '5x5', less),
  'reuse-rate-5x5': reuseOfSources('rate', '5x5', more),
  'modnn-longest': overModnn('longest', less),
  'modnn-rate': overModnn('rate', more),
  'depth-memory': arithmetic(({ memory }) => 100 * (1 - memory.ftp['5x5']!.totalBytes / memory.ftp['3x3']!.totalBytes)),
  'depth-bytes': estimated((read) =>
    more(read, 'paperMiB', key('ftp-wst-s', MOST, '5x5'), key('ftp-wst-s', MOST, '3x3')),
  ),
};

/** The number of devices that MoDNN is fastest with; null unless more than two were tried, and the next ones as well. */
function fastestModnn(read: Read): number | null {
  const tried = DEVICE_COUNTS.flatMap((devices) => {
    const seconds = overGrids((grid) => read('latency', key('modnn', devices, grid)));
    return seconds === null ? [] : [{ devices, seconds }];
  });
  if (tried.length < 3) return null;
  return tried.reduce((best, one) => (one.seconds < best.seconds ? one : best)).devices;
}
