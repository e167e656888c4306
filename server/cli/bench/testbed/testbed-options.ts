import { parse } from 'yaml';
import { BYTE_SIZE_PATTERN, parseByteSize } from '../../../config/units.js';
import { DeepThingsError } from '../../../errors.js';
import { LEAST_CPU_CORES } from '../../../evaluation/hosts/control-groups.js';
import { MOST_HOSTS } from '../../../evaluation/hosts/host-plan.js';
import { askedStrategy, type BenchStrategy, benchStrategy } from '../../../evaluation/measure/bench-strategy.js';
import { type Disturbance, LEAST_ROUNDS } from '../../../evaluation/measure/disturbance/disturbance.js';
import {
  countedRounds,
  planBatches,
  planClusters,
  type TestbedSettings,
} from '../../../evaluation/measure/run-matrix.js';
import { formatGrid, parseGrid } from '../../../geometry/grid.js';
import { isPaperStrategy, STRATEGIES } from '../../../scheduling/strategies/strategy.js';
import { numberList, oneNumber, words } from '../list-options.js';
import { modelChoice } from '../model-choice.js';

/** As given on the command line. */
export interface TestbedOptions {
  readonly devices: string;
  readonly cpu: string;
  readonly gatewayCpu?: string;
  readonly link: string;
  readonly memory?: string;
  readonly gatewayMemory?: string;
  readonly grid: string;
  readonly strategy: string;
  readonly sources: string;
  readonly frames?: string;
  readonly warmup: string;
  readonly atOnce?: boolean;
  readonly cameras?: boolean;
  readonly repeat: string;
  readonly disturb?: string;
  readonly model: string;
  readonly weights?: string;
  readonly depth?: string;
  readonly maps: 'f32' | 'f16';
  readonly set?: string;
  readonly json?: boolean;
  readonly out?: string;
}

/** As many outputs as a gateway keeps, until they have been checked. */
const MOST_FRAMES = 100;
export const CPU_CORES = { least: LEAST_CPU_CORES, most: 1024, whole: false };
const LINK_UNITS = { kbit: 1e3, mbit: 1e6, gbit: 1e9 } as const;

/** @throws DeepThingsError `DT_USAGE`, `DT_GRID_…` */
export function testbedSettings(options: TestbedOptions): TestbedSettings {
  const count = (option: string, text: string, least: number, most: number) =>
    oneNumber(option, text, { least, most, whole: true });
  const cpu = numberList('--cpu', options.cpu, CPU_CORES);
  const devices = numberList('--devices', options.devices, { least: 1, most: MOST_HOSTS - 1, whole: true });
  const mostDevices = Math.max(...devices);
  if (cpu.length > 1 && cpu.length < mostDevices) {
    throw new DeepThingsError(
      'DT_USAGE',
      `--cpu must have one value, or one for each of ${mostDevices} devices, and has ${cpu.length}`,
    );
  }
  const strategies = [...new Set(words('--strategy', options.strategy).map(strategyOf))];
  const settings: TestbedSettings = {
    devices,
    cpu,
    gatewayCpu: options.gatewayCpu === undefined ? cpu[0]! : oneNumber('--gateway-cpu', options.gatewayCpu, CPU_CORES),
    linkBitsPerSecond: linkRate(options.link),
    memoryBytes: memorySize('--memory', options.memory),
    gatewayMemoryBytes: memorySize('--gateway-memory', options.gatewayMemory),
    grids: words('--grid', options.grid).map((grid) => formatGrid(parseGrid(grid))),
    strategies,
    sources: numberList('--sources', options.sources, { least: 1, most: MOST_HOSTS - 1, whole: true }),
    frames: options.frames === undefined ? usualFrames(strategies) : count('--frames', options.frames, 1, MOST_FRAMES),
    warmup: count('--warmup', options.warmup, 0, MOST_FRAMES),
    atOnce: options.cameras ? 'cameras' : options.atOnce ? 'always' : 'several-sources',
    repeat: count('--repeat', options.repeat, 1, 1000),
    model: modelChoice(options.model, options.weights),
    depth: options.depth === undefined ? null : count('--depth', options.depth, 1, 1000),
    maps: options.maps,
    disturbance: options.disturb === undefined ? null : disturbanceOf(options.disturb, Math.min(...devices)),
    sections: sectionsOf(options.set),
  };
  if (options.cameras && options.atOnce) throw new DeepThingsError('DT_USAGE', 'choose one of --cameras and --at-once');
  if (settings.disturbance !== null) requireRounds(settings);
  if (planClusters(settings).length > 0) return settings;
  throw new DeepThingsError(
    'DT_USAGE',
    `no --devices count has as many devices as --sources ${options.sources} asks for`,
  );
}

const DISTURBANCE = /^(?:slow:e(?<slow>\d+):(?<cpu>\d+(?:\.\d+)?)|lossy:e(?<lossy>\d+))$/;

/** @param devices that every cluster has. @throws DeepThingsError `DT_USAGE` */
function disturbanceOf(text: string, devices: number): Disturbance {
  const { cpu, lossy, slow } = DISTURBANCE.exec(text)?.groups ?? {};
  const device = Number(slow ?? lossy);
  if (!(device < devices)) {
    throw new DeepThingsError(
      'DT_USAGE',
      `--disturb must be such as slow:e${devices - 1}:0.1 (a share of a core) or lossy:e${devices - 1}, with a device that every cluster has, and is "${text}"`,
    );
  }
  return cpu === undefined
    ? { kind: 'lossy', device }
    : { kind: 'slow', device, cpuCores: oneNumber('--disturb', cpu, CPU_CORES) };
}

/** @throws DeepThingsError `DT_USAGE` */
function requireRounds(settings: TestbedSettings): void {
  const fewest = Math.min(...planClusters(settings).map((run) => countedRounds(planBatches(settings, run))));
  if (fewest >= LEAST_ROUNDS) return;
  throw new DeepThingsError('DT_USAGE', `--disturb needs at least ${LEAST_ROUNDS} rounds (--frames or --repeat)`);
}

/** @throws DeepThingsError `DT_USAGE` */
export function strategyOf(text: string): BenchStrategy {
  const known = benchStrategy(text);
  if (known !== null) return known;
  const names = `${STRATEGIES.join(', ')}, or gang:3 for gangs of three`;
  throw new DeepThingsError('DT_USAGE', `--strategy must be of ${names}, and names "${text}"`);
}

/** Frames of each strategy that count where no number is given: gangs are judged by ratios of rounds, which take more of them. */
function usualFrames(strategies: readonly BenchStrategy[]): number {
  const isPaper = strategies.every((name) => isPaperStrategy(askedStrategy(name).strategy));
  return strategies.length > 1 && !isPaper ? 15 : 5;
}

/** `50mbit` in bits a second; null for `max`. */
export function linkRate(text: string): number | null {
  if (text === 'max') return null;
  const match = /^(\d+(?:\.\d+)?)(kbit|mbit|gbit)$/.exec(text);
  const rate = match === null ? 0 : Math.round(Number(match[1]) * LINK_UNITS[match[2] as keyof typeof LINK_UNITS]);
  if (rate >= 1000) return rate;
  throw new DeepThingsError(
    'DT_USAGE',
    `--link must be a rate such as 50mbit, 500kbit or 1gbit, or max, and is "${text}"`,
  );
}

export function memorySize(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (new RegExp(BYTE_SIZE_PATTERN).test(text)) return parseByteSize(text);
  throw new DeepThingsError('DT_USAGE', `${option} must be a size such as 192MiB, and is "${text}"`);
}

export function sectionsOf(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    const sections: unknown = parse(text);
    if (typeof sections === 'object' && sections !== null && !Array.isArray(sections)) return { ...sections };
  } catch (cause) {
    throw new DeepThingsError('DT_USAGE', `--set is no YAML: ${(cause as Error).message}`, { cause });
  }
  throw new DeepThingsError(
    'DT_USAGE',
    `--set must be sections such as "schedule: { order: paper }", and is "${text}"`,
  );
}
