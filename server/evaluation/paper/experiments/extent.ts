/** How much is measured. */
export interface Extent {
  readonly name: 'full' | 'quick';
  readonly devices: readonly number[];
  readonly grids: readonly string[];
  /** Frames of each strategy before those that count: V8 compiles what runs often only then. */
  readonly warmup: number;
  /** Frames of each strategy that count. */
  readonly frames: number;
  /** How often frames of several sources are submitted at once. */
  readonly repeat: number;
  readonly severalSources: readonly number[];
  readonly sourceGrids: readonly string[];
  /** Fused layers besides 16. */
  readonly depths: readonly number[];
  /** Whether clusters of a twentieth of a core are measured. */
  readonly twentieth: boolean;
}

/** Fifty minutes. */
export const FULL: Extent = Object.freeze({
  name: 'full',
  devices: [1, 2, 4, 6],
  grids: ['3x3', '4x4', '5x5'],
  warmup: 5,
  frames: 5,
  repeat: 3,
  severalSources: [3, 6],
  sourceGrids: ['3x3', '5x5'],
  depths: [4, 8],
  twentieth: true,
});

/** A few minutes. */
export const QUICK: Extent = Object.freeze({
  name: 'quick',
  devices: [1, 6],
  grids: ['5x5'],
  warmup: 1,
  frames: 2,
  repeat: 1,
  severalSources: [6],
  sourceGrids: ['5x5'],
  depths: [8],
  twentieth: false,
});
