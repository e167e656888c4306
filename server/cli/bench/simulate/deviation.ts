import { DeepThingsError } from '../../../errors.js';
import { benchStrategy } from '../../../evaluation/measure/bench-strategy.js';
import type { TestbedSettings } from '../../../evaluation/measure/run-matrix.js';
import type { SimulatedRun } from '../../../evaluation/simulate/simulated-run.js';
import { median } from '../../../evaluation/statistics/statistics.js';
import { type Combination, rateOf } from './simulate-options.js';

/** What `bench testbed --json` says of one combination. */
export interface MeasuredRun extends Pick<Combination, 'devices' | 'grid' | 'strategy' | 'sources' | 'frames'> {
  readonly fusedSeconds: number;
  readonly endToEndSeconds: number;
  readonly framesPerSecond: number;
  readonly wireBytesPerFrame: Readonly<Record<string, number>>;
  readonly macsRatio: number;
  readonly model: Combination['model'];
  readonly depth: number;
  readonly maps: Combination['maps'];
  readonly cpu: readonly number[];
  readonly gatewayCpu: number;
  readonly linkMbps: number | null;
  readonly sections: Combination['sections'];
  readonly warmup: number;
  /** Absent in files of earlier versions. */
  readonly atOnce?: TestbedSettings['atOnce'];
  /** One entry for all that was submitted together. */
  readonly samples: readonly { readonly frames: readonly unknown[] }[];
}

/** The same to be simulated. Frames that were submitted together, or by cameras, are so again, once. */
export function combinationOf(run: MeasuredRun): Combination {
  const together = Math.max(...run.samples.map(({ frames }) => frames.length));
  return {
    ...run,
    frames: together > 1 ? together : run.frames,
    arrivals: { kind: together > 1 && run.atOnce !== 'cameras' ? 'at-once' : 'one-by-one' },
    bytesPerMs: rateOf(run.linkMbps === null ? null : run.linkMbps * 1e6),
  };
}

export const DEVIATION_KEYS = ['fusedSeconds', 'endToEndSeconds', 'framesPerSecond', 'wireBytes', 'macsRatio'] as const;

/** Simulated over measured, less one: 0.1 is a tenth too much. */
export type Deviation = Readonly<Record<(typeof DEVIATION_KEYS)[number], number>>;

export function deviationOf(simulated: SimulatedRun, measured: MeasuredRun): Deviation {
  const bytes = (run: { readonly wireBytesPerFrame: object }) => {
    const { frame, input, overlap, result } = run.wireBytesPerFrame as MeasuredRun['wireBytesPerFrame'];
    return (frame ?? 0) + (input ?? 0) + (overlap ?? 0) + (result ?? 0);
  };
  const relative = (got: number | null, wanted: number) => (got ?? Number.NaN) / wanted - 1;
  return {
    fusedSeconds: relative(simulated.fusedSeconds, measured.fusedSeconds),
    endToEndSeconds: relative(simulated.endToEndSeconds, measured.endToEndSeconds),
    framesPerSecond: relative(simulated.framesPerSecond, measured.framesPerSecond),
    wireBytes: relative(bytes(simulated), bytes(measured)),
    macsRatio: relative(simulated.macsRatio, measured.macsRatio),
  };
}

/** How far off simulations are: the middle one and the worst one, whichever way. */
export function summary(deviations: readonly Deviation[]): {
  readonly median: Deviation;
  readonly worst: Deviation;
} {
  const over = (choose: (values: readonly number[]) => number) =>
    Object.fromEntries(
      DEVIATION_KEYS.map((key) => [key, choose(deviations.map((deviation) => Math.abs(deviation[key])))]),
    ) as unknown as Deviation;
  return { median: over(median), worst: over((values) => Math.max(...values)) };
}

/** @throws DeepThingsError `DT_USAGE` when it is not what `bench testbed --json` prints. */
export function readMeasured(given: unknown, file: string): readonly MeasuredRun[] {
  const refuse = (what: string): never => {
    throw new DeepThingsError('DT_USAGE', `--against ${file}: expected what "bench testbed --json" prints: ${what}`);
  };
  if (!Array.isArray(given) || given.length === 0) return refuse('an array of objects');
  return given.map((entry: Partial<MeasuredRun> | null, index) => {
    const run = entry ?? {};
    const numbers = [
      ...['devices', 'sources', 'frames', 'fusedSeconds', 'endToEndSeconds', 'framesPerSecond', 'macsRatio'],
      ...['depth', 'gatewayCpu', 'warmup'],
    ];
    for (const name of numbers) {
      if (!Number.isFinite(run[name as keyof MeasuredRun])) refuse(`a number "${name}" in entry ${index}`);
    }
    if (benchStrategy(String(run.strategy)) === null) refuse(`a "strategy" in entry ${index}`);
    if (!/^\d+x\d+$/.test(String(run.grid))) refuse(`a "grid" in entry ${index}`);
    for (const name of ['wireBytesPerFrame', 'model', 'sections'] as const) {
      if (typeof run[name] !== 'object' || run[name] === null) refuse(`"${name}" in entry ${index}`);
    }
    if (!Array.isArray(run.cpu) || !Array.isArray(run.samples) || run.samples.length === 0) {
      refuse(`"cpu" and "samples" in entry ${index}`);
    }
    return run as MeasuredRun;
  });
}
