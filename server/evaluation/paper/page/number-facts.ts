import type { TestbedSettings } from '../../measure/run-matrix.js';
import type { StrategyReport } from '../../measure/testbed-report.js';
import type { Estimate } from '../../statistics/estimate.js';
import { median } from '../../statistics/statistics.js';
import { DEEPEST } from '../arithmetic.js';
import { estimate, estimateOf } from '../estimate.js';
import { type Metric, measuredPoint, type Point, Points } from '../experiments/point.js';
import { findExperiment, type PaperResults, pointsOf } from '../experiments/results.js';
import type { StoredExperiment } from '../experiments/stored-experiment.js';

/** What the table of numbers looks up. */
export type Results = Pick<PaperResults, 'experiments'>;

/** Of the only strategy of a cluster over the untiled network on one such device. @param untiled what its experiment begins with. */
export function speedupOf(results: Results, untiled: string, stored: StoredExperiment | null): Estimate | null {
  const [alone, six] = [reportOf(findExperiment(results, `${untiled}-untiled`)), reportOf(stored)];
  if (alone === null || six === null) return null;
  const [under, over] = [measuredPoint(six), measuredPoint(alone)];
  return estimate(new Points([under, over]), (read) => read('latency', over)! / read('latency', under)!);
}

export function simulatedSpeedup(results: Results, id: string, grid: string): number | null {
  const stored = findExperiment(results, id);
  if (stored === null) return null;
  const points = pointsOf(stored).filter(
    ({ depth, sources, strategy }) => depth === DEEPEST && sources === 1 && strategy === 'ftp-wst-s',
  );
  const of = (devices: number, wanted: string) => points.find((one) => one.devices === devices && one.grid === wanted);
  const [alone, six] = [of(1, '1x1'), of(6, grid)];
  return alone === undefined || six === undefined ? null : median(alone.samples.latency) / median(six.samples.latency);
}

export function simulatedTwin(results: Results, id: string, of: Point): Point | null {
  const stored = findExperiment(results, id);
  return stored === null ? null : new Points(pointsOf(stored)).find(of);
}

/** Of the only point of an experiment. */
export function firstEstimate(stored: StoredExperiment | null, metric: Metric): Estimate | null {
  const point = stored === null ? undefined : pointsOf(stored)[0];
  return point === undefined ? null : estimateOf(new Points([point]), metric, point);
}

/** The median of some samples. */
export function sampled(samples: readonly number[]): Estimate | null {
  if (samples.length === 0) return null;
  const key = { strategy: 'ftp-wst-s', devices: 1, grid: '5x5', sources: 1, depth: DEEPEST } as const;
  const point = { ...key, samples: { latency: samples, longest: [], rate: [], paperMiB: [], sentMiB: [], macs: [] } };
  return estimateOf(new Points([point]), 'latency', key);
}

export function scaled({ high, low, value }: Estimate, by: (value: number) => number): Estimate {
  return { value: by(value), low: low === null ? null : by(low), high: high === null ? null : by(high) };
}

export function reportOf(stored: StoredExperiment | null): StrategyReport | null {
  return stored?.outcome.kind === 'measured' ? stored.outcome.reports[0]! : null;
}

export function commandOf(stored: StoredExperiment | null): string {
  return stored?.experiment.kind === 'measured' ? testbedWords(stored.experiment.settings) : '';
}

/** The command that measures the same cluster again. */
export function testbedWords(settings: TestbedSettings): string {
  const { cpu, depth, devices, frames, grids, linkBitsPerSecond, maps, repeat, sources, strategies, warmup } = settings;
  return [
    'sudo npx deepthings bench testbed',
    `--devices ${devices.join(',')} --cpu ${cpu.join(',')}`,
    linkBitsPerSecond === null ? '--link max' : `--link ${linkBitsPerSecond / 1e6}mbit`,
    `--grid ${grids.join(',')} --depth ${depth}`,
    `--strategy ${strategies.join(',')}`,
    ...(sources.some((count) => count > 1) ? [`--sources ${sources.join(',')} --repeat ${repeat}`] : []),
    ...(maps === 'f16' ? ['--maps f16'] : []),
    `--frames ${frames} --warmup ${warmup}`,
  ].join(' ');
}
