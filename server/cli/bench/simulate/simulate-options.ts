import { DeepThingsError } from '../../../errors.js';
import type { BenchStrategy } from '../../../evaluation/measure/bench-strategy.js';
import type { TestbedSettings } from '../../../evaluation/measure/run-matrix.js';
import type { PictureSize } from '../../../evaluation/simulate/simulation-settings-of.js';
import { formatGrid, parseGrid } from '../../../geometry/grid.js';
import type { QueuePolicy } from '../../../scheduling/policy/waiting-order.js';
import type { NetworkModel } from '../../../simulation/machine/network.js';
import { numberList, oneNumber, words } from '../list-options.js';
import { modelChoice } from '../model-choice.js';
import { linkRate, sectionsOf, strategyOf, type TestbedOptions } from '../testbed/testbed-options.js';
import { type ArrivalOption, parseArrivalOption } from './arrival-option.js';

/** As given on the command line. */
export interface SimulateOptions
  extends Omit<TestbedOptions, 'frames' | 'memory' | 'gatewayMemory' | 'atOnce' | 'repeat' | 'weights' | 'out'> {
  readonly frames: string;
  readonly cpuPeriod: string;
  readonly medium: NetworkModel['medium'];
  readonly latency: string;
  readonly arrivals: string;
  readonly pictureBytes: string;
  readonly pictureSize: string;
  readonly calibration?: string;
  readonly against?: string;
  readonly seed: string;
  readonly queue?: QueuePolicy;
}

/** One cluster to simulate, and what it gets to do. */
export interface Combination extends Pick<TestbedSettings, 'model' | 'depth' | 'maps' | 'sections'> {
  readonly devices: number;
  readonly grid: string;
  readonly strategy: BenchStrategy;
  readonly sources: number;
  readonly frames: number;
  readonly warmup: number;
  readonly arrivals: ArrivalOption;
  /** One for all devices, or one each. */
  readonly cpu: readonly number[];
  readonly gatewayCpu: number;
  readonly bytesPerMs: number;
}

/** What is the same for every combination. */
export interface Conditions {
  readonly cpuPeriodMs: number;
  readonly medium: NetworkModel['medium'];
  readonly latencyMs: number;
  readonly pictureBytes: number;
  /** Null: pictures fill the network's input. */
  readonly pictureSize: PictureSize | null;
  readonly seed: number;
  readonly queue?: QueuePolicy | undefined;
}

const BITS_PER_BYTE_MS = 8_000;
const MANY = { least: 1, most: 100_000, whole: true };
const CPU = { least: 0.001, most: 64, whole: false };
const AMOUNT = { least: 0, most: 1e9, whole: false };

/** @param bitsPerSecond null: no limit. @returns bytes a millisecond. */
export function rateOf(bitsPerSecond: number | null): number {
  return bitsPerSecond === null ? Number.POSITIVE_INFINITY : bitsPerSecond / BITS_PER_BYTE_MS;
}

export function conditionsOf({
  cpuPeriod,
  latency,
  medium,
  pictureBytes,
  pictureSize,
  queue,
  seed,
}: SimulateOptions): Conditions {
  return {
    cpuPeriodMs: oneNumber('--cpu-period', cpuPeriod, AMOUNT),
    medium,
    latencyMs: oneNumber('--latency', latency, AMOUNT),
    pictureBytes: oneNumber('--picture-bytes', pictureBytes, { ...AMOUNT, whole: true }),
    pictureSize: pixels('--picture-size', pictureSize),
    queue,
    seed: oneNumber('--seed', seed, { least: 0, most: 2 ** 32 - 1, whole: true }),
  };
}

/** @throws DeepThingsError `DT_USAGE` */
function pixels(option: string, text: string): PictureSize {
  const [, width, height] = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/.exec(text) ?? [];
  if (width === undefined || height === undefined) {
    throw new DeepThingsError('DT_USAGE', `${option} must be WIDTHxHEIGHT in pixels, such as 1920x1080, not ${text}`);
  }
  return { width: Number(width), height: Number(height) };
}

/** Every combination that makes sense: no more sources than devices. @throws DeepThingsError `DT_USAGE`, `DT_GRID_…` */
export function combinationsOf(options: SimulateOptions): readonly Combination[] {
  const cpu = numberList('--cpu', options.cpu, CPU);
  const settings = {
    ...{ cpu, maps: options.maps, arrivals: parseArrivalOption(options.arrivals) },
    gatewayCpu: options.gatewayCpu === undefined ? cpu[0]! : oneNumber('--gateway-cpu', options.gatewayCpu, CPU),
    bytesPerMs: rateOf(linkRate(options.link)),
    frames: oneNumber('--frames', options.frames, MANY),
    warmup: oneNumber('--warmup', options.warmup, { ...MANY, least: 0 }),
    model: modelChoice(options.model, undefined),
    depth: options.depth === undefined ? null : oneNumber('--depth', options.depth, MANY),
    sections: sectionsOf(options.set),
  };
  const { devices, grids, sources, strategies } = listsOf(options);
  return strategies.flatMap((strategy) =>
    grids.flatMap((grid) =>
      devices.flatMap((count) =>
        sources
          .filter((some) => some <= count)
          .map((some) => ({ ...settings, devices: count, grid, strategy, sources: some })),
      ),
    ),
  );
}

export function listsOf(options: SimulateOptions) {
  return {
    devices: numberList('--devices', options.devices, MANY),
    grids: words('--grid', options.grid).map((grid) => formatGrid(parseGrid(grid))),
    sources: numberList('--sources', options.sources, MANY),
    strategies: [...new Set(words('--strategy', options.strategy).map(strategyOf))],
  };
}
