import type { HeadName } from '../../heads/head-family.js';
import type { BenchStrategy } from './bench-strategy.js';
import type { Disturbance } from './disturbance/disturbance.js';
import { turnOrder } from './turn-order.js';

/** What `deepthings bench testbed` was asked to measure. */
export interface TestbedSettings {
  readonly devices: readonly number[];
  /** One for every device, or one each. */
  readonly cpu: readonly number[];
  readonly gatewayCpu: number;
  /** Bits a second; null: unshaped. */
  readonly linkBitsPerSecond: number | null;
  readonly memoryBytes: number | null;
  readonly gatewayMemoryBytes: number | null;
  readonly grids: readonly string[];
  readonly strategies: readonly BenchStrategy[];
  readonly sources: readonly number[];
  /** Frames of each strategy that count: in turn, or all at once. */
  readonly frames: number;
  /** Frames of each strategy before these, at least; each camera submits one at a time. */
  readonly warmup: number;
  /** When a strategy's frames are submitted all at once; `cameras`: each source's next frame once the one before it is answered. */
  readonly atOnce: 'always' | 'several-sources' | 'cameras';
  /** How often that is done. */
  readonly repeat: number;
  /** Null: nothing is disturbed. */
  readonly disturbance: Disturbance | null;
  readonly model: ModelChoice;
  /** Fused layers; null: as the model suggests. */
  readonly depth: number | null;
  readonly maps: 'f32' | 'f16';
  /** Sections of cluster.yaml that go over the bench's own. */
  readonly sections: Readonly<Record<string, unknown>>;
}

/** As `model:` of cluster.yaml has it; paths are absolute. */
export interface ModelChoice {
  readonly name?: string;
  readonly cfg?: string;
  readonly weights?: string;
  readonly onnx?: string;
  readonly head?: HeadName;
}

/** One cluster, on which the strategies take turns: what the machine does meanwhile meets all of them alike. */
export interface ClusterRun {
  readonly devices: number;
  readonly grid: string;
  /** Frames start on the first so many devices. */
  readonly sources: number;
}

/** Frames of one strategy that are under way together. */
export interface Batch {
  readonly strategy: BenchStrategy;
  /** One entry a frame: the number of the device that it starts on. */
  readonly sources: readonly number[];
  /** Each source submits its next frame once the one before it is answered; else all are submitted at once. */
  readonly inTurn: boolean;
  /** The number of its round, from 0: those that count and warm-ups have their own. */
  readonly round: number;
  /** Whether it counts. */
  readonly warmup: boolean;
}

/** Every cluster to start; a cluster with fewer devices than sources is left out. */
export function planClusters({ devices, grids, sources }: TestbedSettings): readonly ClusterRun[] {
  return devices.flatMap((count) =>
    grids.flatMap((grid) =>
      sources.filter((wanted) => wanted <= count).map((wanted) => ({ devices: count, grid, sources: wanted })),
    ),
  );
}

/** What is submitted to a cluster, in this order. */
export function planBatches(settings: TestbedSettings, { sources }: ClusterRun): readonly Batch[] {
  const { atOnce, frames, repeat, strategies, warmup } = settings;
  const together = atOnce !== 'several-sources' || sources > 1;
  const inTurn = atOnce === 'cameras';
  const turn = (round: number, size: number, isWarmup: boolean): readonly Batch[] => {
    const numbers = Array.from({ length: size }, (_, i) => (round * size + i) % sources);
    return turnOrder(strategies, round).map((strategy) => ({
      strategy,
      sources: numbers,
      inTurn,
      round,
      warmup: isWarmup,
    }));
  };
  const rounds = (count: number, size: number, isWarmup: boolean) =>
    Array.from({ length: count }, (_, round) => turn(round, size, isWarmup)).flat();
  // Each camera has a picture of its own: all of them are seen before what counts.
  const warmups = inTurn ? rounds(Math.ceil(warmup / sources), sources, true) : rounds(warmup, 1, true);
  return [...warmups, ...(together ? rounds(repeat, frames, false) : rounds(frames, 1, false))];
}

/** Rounds that count: in each of them every strategy has its turn. */
export function countedRounds(batches: readonly Batch[]): number {
  return Math.max(0, ...batches.filter(({ warmup }) => !warmup).map(({ round }) => round + 1));
}

/** The most frames that are under way at once. */
export function largestBatch(batches: readonly Batch[]): number {
  return Math.max(1, ...batches.map(({ sources }) => sources.length));
}

/** Processor share of each of the first `devices` devices. */
export function deviceCpu({ cpu }: TestbedSettings, devices: number): readonly number[] {
  return Array.from({ length: devices }, (_, i) => (cpu.length === 1 ? cpu[0]! : cpu[i]!));
}
