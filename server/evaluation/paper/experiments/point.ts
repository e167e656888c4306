import type { StrategyName } from '../../../scheduling/strategies/strategy.js';
import { askedStrategy } from '../../measure/bench-strategy.js';
import type { StrategyReport } from '../../measure/testbed-report.js';
import type { SimulatedRun } from '../../simulate/simulated-run.js';
import { median } from '../../statistics/statistics.js';
import type { PointKey } from './experiment.js';

/** What is read of a point. Seconds, frames a second, MiB, multiply-accumulates executed over needed. */
export const METRICS = ['latency', 'longest', 'rate', 'paperMiB', 'sentMiB', 'macs'] as const;

export type Metric = (typeof METRICS)[number];

/**
 * One cluster with one strategy. Each metric has its samples, whose median counts: one a frame, or one for all frames that
 * were under way together; a simulated point has one of each.
 *
 * - `latency`: from the letterboxed picture at its source to the merged output of the fused stack;
 * - `longest`: of frames that were submitted together, from the first letterboxed picture to the last merged output, so with
 *   what a frame waits for its turn: what the paper calls the maximum latency, by its own throughput (frames over it);
 * - `rate`: frames over that time;
 * - `sentMiB`: pictures, tiles' inputs, overlap and results between nodes, for one frame;
 * - `paperMiB`: the same with four bytes for each value of a picture, as in the paper (here it is one).
 */
export interface Point extends PointKey {
  readonly samples: Readonly<Record<Metric, readonly number[]>>;
}

/** Bodies of one frame by what they carry, in bytes. */
interface Bodies {
  readonly frame: number;
  readonly input: number;
  readonly overlap: number;
  readonly result: number;
}

const MIB = 2 ** 20;
const PAPER_BYTES_PER_VALUE = 4;

export function measuredPoint(report: StrategyReport): Point {
  const { depth, devices, grid, samples: batches, sources } = report;
  const frames = batches.flatMap((batch) => batch.frames);
  const latency = frames.map(({ fusedSeconds }) => fusedSeconds);
  const longest = batches.map(({ fusedSeconds }) => fusedSeconds);
  return {
    ...askedStrategy(report.strategy),
    ...{ devices, grid, sources, depth },
    samples: {
      latency,
      longest,
      rate: batches.map((batch) => batch.frames.length / batch.fusedSeconds),
      paperMiB: frames.map(({ bytes }) => mibOf(bytes, PAPER_BYTES_PER_VALUE)),
      sentMiB: frames.map(({ bytes }) => mibOf(bytes, 1)),
      macs: frames.map(({ macsRatio }) => macsRatio),
    },
  };
}

/** @param pictureBytesPerValue of the pictures that were simulated. Null when every frame failed. */
export function simulatedPoint(run: SimulatedRun, depth: number, pictureBytesPerValue: number): Point | null {
  const { devices, fusedSeconds, fusedSpanSeconds, grid, macsRatio, sources, strategy } = run;
  if (fusedSeconds === null || fusedSpanSeconds === null) return null;
  const bytes = run.wireBytesPerFrame;
  // Frames of one source come one by one, with the gateway's remaining layers between them.
  const together = sources > 1 ? run.frames - run.failed : 1;
  const longest = sources > 1 ? fusedSpanSeconds : fusedSeconds;
  return {
    ...{ strategy: strategy as StrategyName, devices, grid, sources, depth },
    samples: {
      latency: [fusedSeconds],
      longest: [longest],
      rate: [together / longest],
      paperMiB: [mibOf(bytes, PAPER_BYTES_PER_VALUE / pictureBytesPerValue)],
      sentMiB: [mibOf(bytes, 1)],
      macs: [macsRatio],
    },
  };
}

function mibOf({ frame, input, overlap, result }: Bodies, pictureFactor: number): number {
  return ((frame + input) * pictureFactor + overlap + result) / MIB;
}

/** Points of one set, found by what they are. */
export class Points {
  readonly all: readonly Point[];
  readonly #byKey: ReadonlyMap<string, Point>;

  constructor(all: readonly Point[]) {
    this.all = all;
    this.#byKey = new Map(all.map((point) => [keyOf(point), point]));
  }

  find(key: PointKey): Point | null {
    return this.#byKey.get(keyOf(key)) ?? null;
  }

  /** Median; null where there is no such point. */
  value(metric: Metric, key: PointKey): number | null {
    const point = this.find(key);
    return point === null ? null : median(point.samples[metric]);
  }
}

function keyOf({ depth, devices, grid, sources, strategy }: PointKey): string {
  return [strategy, devices, grid, sources, depth].join(' ');
}
