import type { BenchStrategy } from '../measure/bench-strategy.js';
import type { StrategyReport } from '../measure/testbed-report.js';
import type { SimulatedRun } from '../simulate/simulated-run.js';
import { type Estimate, medianEstimate } from '../statistics/estimate.js';
import { median } from '../statistics/statistics.js';
import type { Cell } from './cell.js';
import { type ClusterOutcome, simulatedId } from './cluster-experiment.js';
import type { ClusterResults } from './cluster-results.js';

/** One strategy of a cell. */
export interface StrategyResult {
  readonly strategy: BenchStrategy;
  /** Seconds from submission to answer for each frame of a round: of a turn with several frames, its time over their number. */
  readonly roundSeconds: readonly number[];
  /** One frame at a time: seconds from submission to answer; else frames a second. */
  readonly value: Estimate;
  /** Seconds from a frame's submission to its answer, median of all frames: with several at once they wait for each other. */
  readonly latencySeconds: number;
  /** The cell's first strategy's time over this one's, round by round; null for the first one itself. */
  readonly speedup: Estimate | null;
  /** The same as `value`, simulated; null where it was not, or frames failed. */
  readonly simulated: number | null;
  /** Simulated over measured, less one. */
  readonly deviation: number | null;
  /**
   * The simulated speedup over the measured one, less one: of what a machine's speed did between the calibration and the cell nothing is
   * left in it. Null for the first strategy.
   */
  readonly speedupDeviation: number | null;
  /** Devices that computed a frame, by the median frame. */
  readonly devices: number;
  readonly exact: boolean;
}

/** `auto` beside the best fixed strategy of its cell. */
export interface AutoResult {
  readonly best: BenchStrategy;
  /** `auto`'s time over that of the best one, round by round, less one: 0.1 is a tenth slower. */
  readonly behind: Estimate;
  readonly isWithin: boolean;
}

/** One cell that was measured. */
export interface CellResult {
  readonly cell: Cell;
  readonly grid: string;
  readonly strategies: readonly StrategyResult[];
  readonly refused: Extract<ClusterOutcome, { kind: 'measured' }>['refused'];
  /** Null where `auto` or any other strategy is not there. */
  readonly auto: AutoResult | null;
}

/** By how much `auto` may be slower than the best fixed strategy. */
export const ALLOWED_BEHIND = 0.1;

/** The cells that were measured, in their order. */
export function cellResults({
  cells,
  experiments,
}: Pick<ClusterResults, 'cells' | 'experiments'>): readonly CellResult[] {
  const outcomes = new Map(experiments.map(({ experiment, outcome }) => [experiment.id, outcome]));
  return cells.flatMap((cell): readonly CellResult[] => {
    const measured = outcomes.get(cell.id);
    if (measured?.kind !== 'measured' || measured.reports.length === 0) return [];
    const simulated = outcomes.get(simulatedId(cell));
    const runs = simulated?.kind === 'simulated' ? simulated.runs : [];
    const strategies = measured.reports.map((report) => strategyResult(cell, report, measured.reports[0]!, runs));
    const { grid, refused } = measured;
    return [{ cell, grid, refused, strategies, auto: autoResult(strategies) }];
  });
}

/** The strategy with the best median, `auto` included. */
export function bestOf(strategies: readonly StrategyResult[]): BenchStrategy {
  return fastest(strategies).strategy;
}

function strategyResult(
  cell: Cell,
  report: StrategyReport,
  first: StrategyReport,
  runs: readonly SimulatedRun[],
): StrategyResult {
  const roundSeconds = secondsOf(report);
  const isOne = cell.load === 'one';
  const value = medianEstimate(isOne ? roundSeconds : roundSeconds.map((seconds) => 1 / seconds));
  const simulated = simulatedValue(cell, report, runs);
  const speedup = report === first ? null : medianEstimate(pairwise(secondsOf(first), roundSeconds));
  const simulatedFirst = simulatedValue(cell, first, runs);
  const predicted = simulated === null || simulatedFirst === null ? null : simulatedFirst / simulated;
  const frames = report.samples.flatMap((sample) => sample.frames);
  return {
    strategy: report.strategy,
    roundSeconds,
    value,
    latencySeconds: median(frames.map(({ endToEndSeconds }) => endToEndSeconds)),
    speedup,
    simulated,
    deviation: simulated === null ? null : simulated / value.value - 1,
    speedupDeviation:
      speedup === null || predicted === null ? null : (isOne ? predicted : 1 / predicted) / speedup.value - 1,
    devices: median(frames.map(({ tilesByDevice }) => Object.keys(tilesByDevice).length)),
    exact: report.exact,
  };
}

/** One frame at a time: seconds; else frames a second. Null where it was not simulated, or frames failed. */
function simulatedValue({ load }: Cell, { strategy }: StrategyReport, runs: readonly SimulatedRun[]): number | null {
  const run = runs.find((one) => one.strategy === strategy);
  if (run === undefined || run.failed > 0) return null;
  return load === 'one' ? run.endToEndSeconds : run.framesPerSecond;
}

function autoResult(strategies: readonly StrategyResult[]): AutoResult | null {
  const auto = strategies.find(({ strategy }) => strategy === 'auto');
  const fixed = strategies.filter(({ strategy }) => strategy !== 'auto');
  if (auto === undefined || fixed.length === 0) return null;
  const best = fastest(fixed);
  const behind = medianEstimate(pairwise(auto.roundSeconds, best.roundSeconds).map((ratio) => ratio - 1));
  return { best: best.strategy, behind, isWithin: behind.value <= ALLOWED_BEHIND };
}

function fastest(strategies: readonly StrategyResult[]): StrategyResult {
  return strategies.reduce((best, one) => (median(one.roundSeconds) < median(best.roundSeconds) ? one : best));
}

function secondsOf({ samples }: StrategyReport): readonly number[] {
  return samples.map(({ frames, seconds }) => seconds / frames.length);
}

/** Ratios of the same rounds. */
function pairwise(over: readonly number[], under: readonly number[]): readonly number[] {
  return over.flatMap((value, round) => (under[round] === undefined ? [] : [value / under[round]]));
}
