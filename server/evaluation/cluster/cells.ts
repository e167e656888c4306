import type { BenchStrategy } from '../measure/bench-strategy.js';
import { CELL_MODELS, type Cell, type CellLoad, type CellModel } from './cell.js';

type Extent = Readonly<Record<CellLoad, Pick<Cell, 'rounds' | 'frames' | 'warmup'>>>;

/** How much of each model is measured. A frame of YOLOv2 takes four times as long as one of NanoDet. */
const SLOW: Extent = {
  one: { rounds: 6, frames: 1, warmup: 3 },
  cameras: { rounds: 2, frames: 24, warmup: 4 },
  'at-once': { rounds: 2, frames: 4, warmup: 3 },
};
const EXTENT: Readonly<Record<CellModel, Extent>> = {
  yolov2: SLOW,
  nanodet: {
    one: { rounds: 10, frames: 1, warmup: 6 },
    cameras: { rounds: 3, frames: 36, warmup: 6 },
    'at-once': { rounds: 4, frames: 6, warmup: 3 },
  },
  'yolox-s': { ...SLOW, one: { rounds: 5, frames: 1, warmup: 3 } },
};

const LINKS = [
  { name: '1gbit', mbps: 1000 },
  { name: '50mbit', mbps: 50 },
] as const;
const CORE_SHARE = 0.25;
const SIX: readonly number[] = Array.from({ length: 6 }, () => CORE_SHARE);
/** The fifth device has half the processor of the others, the sixth a quarter. */
const MIXED: readonly number[] = [CORE_SHARE, CORE_SHARE, CORE_SHARE, CORE_SHARE, CORE_SHARE / 2, CORE_SHARE / 4];
/** Two devices that differ by 4 times. */
const PAIR: readonly number[] = [0.8, 0.2];

const ONE_AT_A_TIME: readonly BenchStrategy[] = ['whole', 'ftp-wst-s', 'gang:2', 'gang:3', 'gang:4', 'gang', 'auto'];
const BURSTS: readonly BenchStrategy[] = ['whole', 'gang:2', 'gang:3', 'gang', 'auto'];
/** A turn with cameras takes long. */
const SIX_CAMERAS: readonly BenchStrategy[] = ['whole', 'ftp-wst-s', 'gang:3', 'gang', 'auto'];

/** Every cell, those of most value first: what is interrupted has these. Cells of one cluster stand next to each other. */
export const CELLS: readonly Cell[] = [...CELL_MODELS.flatMap(equalCells), ...unequalCells('yolov2')];

function equalCells(model: CellModel): readonly Cell[] {
  const six = LINKS.flatMap(({ mbps, name }) => [
    ...(['one', 'cameras'] as const).map((load) =>
      cellOf(`${model}-${name}-${load}`, {
        ...{ group: 'strategies', model, linkMbps: mbps, load, cpu: SIX },
        strategies: load === 'one' ? ONE_AT_A_TIME : SIX_CAMERAS,
      }),
    ),
    ...(model === 'yolov2' && mbps === 1000 ? burstCells(model, mbps) : []),
  ]);
  // One frame at a time leaves five of six devices idle: `whole` is then one device.
  const alone = cellOf(`${model}-alone`, {
    ...{ group: 'alone', model, linkMbps: 1000, load: 'at-once', cpu: [CORE_SHARE], strategies: ['whole'] },
  });
  return [...six, alone];
}

/** Frames that come at once to six idle devices; one frame alone is a cell of every model. */
function burstCells(model: CellModel, linkMbps: number): readonly Cell[] {
  const cell = { group: 'burst', model, linkMbps, load: 'at-once', cpu: SIX, strategies: BURSTS } as const;
  return [2, 4, 6, 8].map((frames) => ({
    ...cellOf(`${model}-burst-${frames}`, cell),
    ...{ rounds: 3, frames, warmup: 2 },
  }));
}

function unequalCells(model: CellModel): readonly Cell[] {
  const mixed = { group: 'mixed', model, linkMbps: 1000, cpu: MIXED } as const;
  return [
    cellOf(`${model}-pair-one`, {
      ...{ group: 'pair', model, linkMbps: 1000, load: 'one', cpu: PAIR, strategies: ['whole', 'gang', 'auto'] },
    }),
    cellOf(`${model}-mixed-one`, {
      ...{ ...mixed, load: 'one', strategies: ['whole', 'ftp-wst-s', 'gang:4', 'gang', 'auto'] },
    }),
    cellOf(`${model}-mixed-cameras`, { ...mixed, load: 'cameras', strategies: ['whole', 'auto'] }),
  ];
}

function cellOf(id: string, cell: Pick<Cell, 'group' | 'model' | 'linkMbps' | 'load' | 'cpu' | 'strategies'>): Cell {
  return { id, ...cell, gatewayCpu: CORE_SHARE, ...EXTENT[cell.model][cell.load] };
}
