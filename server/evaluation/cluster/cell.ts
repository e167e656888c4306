import type { BenchStrategy } from '../measure/bench-strategy.js';
import type { ClusterRun, ModelChoice, TestbedSettings } from '../measure/run-matrix.js';

export const CELL_MODELS = ['yolov2', 'nanodet', 'yolox-s'] as const;

export type CellModel = (typeof CELL_MODELS)[number];

/**
 * When frames are submitted: the next one once the one before it is answered (`one`), by a camera on each device that does so
 * (`cameras`), or several at once (`at-once`).
 */
export type CellLoad = 'one' | 'cameras' | 'at-once';

/**
 * The purpose of a cell: every strategy side by side; several frames at once for a cluster that is idle; one device; devices that differ;
 * two that differ by 4 times.
 */
export type CellGroup = 'strategies' | 'burst' | 'alone' | 'mixed' | 'pair';

/** One cluster under one load, on which strategies take turns. */
export interface Cell {
  /** Also the name that `--cells` takes. */
  readonly id: string;
  readonly group: CellGroup;
  readonly model: CellModel;
  readonly linkMbps: number;
  readonly load: CellLoad;
  /** Share of a core of each device. */
  readonly cpu: readonly number[];
  readonly gatewayCpu: number;
  /** The first one is what the others are compared with. */
  readonly strategies: readonly BenchStrategy[];
  /** Rounds that count: in each one every strategy has its turn. */
  readonly rounds: number;
  /** Frames of a turn. */
  readonly frames: number;
  /** Frames of each strategy before these. */
  readonly warmup: number;
}

/** What `ftp-wst-s` is measured and simulated with where no grid was chosen. */
export const USUAL_GRID = '3x3';

/** Cells with the same one share a cluster. */
export function clusterOf({ cpu, gatewayCpu, linkMbps, model }: Cell): string {
  return `${model} ${linkMbps} ${cpu.join(',')} ${gatewayCpu}`;
}

/** A cell as `bench testbed` would measure it. @param strategies those that the model allows. */
export function cellSettings(
  cell: Cell,
  model: ModelChoice,
  grid: string,
  strategies: readonly BenchStrategy[],
): TestbedSettings {
  const { cpu, frames, gatewayCpu, linkMbps, load, rounds, warmup } = cell;
  const isOne = load === 'one';
  return {
    ...{ cpu, gatewayCpu, linkBitsPerSecond: linkMbps * 1e6, strategies, warmup, model },
    devices: [cpu.length],
    ...{ memoryBytes: null, gatewayMemoryBytes: null },
    grids: [grid],
    sources: [sourcesOf(cell)],
    frames: isOne ? rounds : frames,
    repeat: isOne ? 1 : rounds,
    atOnce: load === 'cameras' ? 'cameras' : load === 'at-once' ? 'always' : 'several-sources',
    ...{ depth: DEPTHS[cell.model], maps: 'f32', sections: {}, disturbance: null },
  };
}

export function cellRun(cell: Cell, grid: string): ClusterRun {
  return { devices: cell.cpu.length, grid, sources: sourcesOf(cell) };
}

/** Devices that frames start on. */
export function sourcesOf({ cpu, load }: Pick<Cell, 'cpu' | 'load'>): number {
  return load === 'cameras' ? cpu.length : 1;
}

/** Fused layers of `ftp-wst-s`: the paper's for YOLOv2; null: as the model suggests. */
export const DEPTHS: Readonly<Record<CellModel, number | null>> = { yolov2: 16, nanodet: null, 'yolox-s': null };
