import { describe, expect, it } from 'vitest';
import { formatGrid, parseGrid } from '../../../server/geometry/grid.js';
import { cutTile } from '../../../server/geometry/reuse/tile-cut.js';
import { offersOfTile } from '../../../server/geometry/reuse/tile-offer.js';
import { chooseTile } from '../../../server/scheduling/order/adaptive-order.js';
import { paperOrder } from '../../../server/scheduling/order/tile-order.js';
import type { TileState } from '../../../server/scheduling/reuse/tile-reuse.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, max, yolov2Chain } from '../../geometry/layer-chains.js';
import { type Choose, type OneFrame, runOneFrame } from '../simulation/equal-devices.js';

const yolov2 = yolov2Chain();
const planOf = (grid: string) => planLayers(yolov2, 16, parseGrid(grid));
const rowByRow: Choose = (_plan, queued) => queued[0] ?? null;
const paper: Choose = ({ grid }, queued) => paperOrder(grid).find((tileId) => queued.includes(tileId)) ?? null;

describe('chooseTile', () => {
  const plan = planOf('3x3');
  const all = [...plan.tiles.keys()];
  const queued: TileState[] = all.map(() => ({ kind: 'queued' }));
  const done = (tileId: number): TileState => ({ kind: 'done', offers: offersOfTile(plan, cutTile(plan, tileId)) });

  it('has nothing to hand out when nothing is queued', () => {
    expect(chooseTile(plan, [], queued)).toBeNull();
  });

  it('chooses among the queued tiles, whatever their order', () => {
    expect(chooseTile(plan, all, queued)).toBe(0);
    expect(chooseTile(plan, all.toReversed(), queued)).toBe(0);
    expect(chooseTile(plan, [7], queued)).toBe(7);
  });

  it('goes on beside what is done when nothing else is in flight', () => {
    expect(chooseTile(plan, all.slice(1), queued.with(0, done(0)))).toBe(1);
  });

  it('keeps away from what is in flight', () => {
    expect(chooseTile(plan, all.slice(1), queued.with(0, { kind: 'in-flight' }))).not.toBe(1);
  });

  it('leaves its arguments as they were and needs no memory of earlier calls', () => {
    const states = Object.freeze(queued.with(0, { kind: 'in-flight' }));
    const tiles = Object.freeze(all.slice(1));
    expect(chooseTile(planOf('3x3'), tiles, states)).toBe(chooseTile(plan, tiles, states));
  });

  it('copes with a stack without multiply-accumulates and with offers that are lost', () => {
    const pooling = planLayers(
      chain({ channels: 1, height: 8, width: 8 }, [max(3, 1), max(2, 2)]),
      2,
      parseGrid('2x2'),
    );
    const states: TileState[] = [
      { kind: 'done', offers: {} },
      { kind: 'in-flight' },
      { kind: 'queued' },
      { kind: 'queued' },
    ];
    expect(chooseTile(pooling, [2, 3], states)).toBe(2);
  });

  it('refuses tiles and states of another plan', () => {
    const unknown = expect.objectContaining({ code: 'DT_TILE_OUTSIDE' });
    expect(() => chooseTile(plan, [9], queued)).toThrow(unknown);
    expect(() => chooseTile(plan, [1], queued.slice(1))).toThrow(unknown);
  });
});

describe('one device alone', () => {
  it.each(['2x2', '3x3', '5x5', '8x8', '4x7'])('computes next to nothing of YOLOv2 twice in %s', (grid) => {
    expect(runOneFrame(planOf(grid), 1, chooseTile).macs).toBeLessThanOrEqual(1.01);
  });
});

/** Design, section 6: speedup over the untiled network on one device, and MACs over needed. */
const table = [
  { grid: '5x5', devices: 1, none: [0.46, 2.2], paper: [0.78, 1.28], adaptive: [1.0, 1.0], ours: [1.0, 1.0] },
  { grid: '5x5', devices: 2, none: [0.9, 2.2], paper: [1.55, 1.28], adaptive: [1.82, 1.08], ours: [1.89, 1.05] },
  { grid: '5x5', devices: 6, none: [2.56, 2.2], paper: [4.25, 1.36], adaptive: [4.22, 1.26], ours: [4.54, 1.27] },
  { grid: '5x5', devices: 8, none: [3.12, 2.2], paper: [5.42, 1.39], adaptive: [4.74, 1.5], ours: [5.42, 1.39] },
  { grid: '8x8', devices: 1, none: null, paper: [0.54, 1.84], adaptive: [1.0, 1.0], ours: [1.0, 1.0] },
  { grid: '8x8', devices: 2, none: null, paper: [1.09, 1.84], adaptive: [1.88, 1.05], ours: [1.89, 1.05] },
  { grid: '8x8', devices: 6, none: null, paper: [3.25, 1.84], adaptive: [4.55, 1.25], ours: [5.07, 1.16] },
  { grid: '8x8', devices: 8, none: null, paper: [4.17, 1.87], adaptive: [4.87, 1.37], ours: [6.13, 1.23] },
] as const;

describe('equal devices and a network that costs nothing, YOLOv2-608, 16 layers', () => {
  const rounded = ({ speedup, macs }: OneFrame) => [Number(speedup.toFixed(2)), Number(macs.toFixed(2))];

  it.each(table)('$grid on $devices', ({ grid, devices, none, paper: paperFigures, adaptive, ours }) => {
    const plan = planOf(grid);
    const withoutReuse = rounded(runOneFrame(plan, devices, rowByRow, false));
    const inPaperOrder = rounded(runOneFrame(plan, devices, paper));
    const adaptively = rounded(runOneFrame(plan, devices, chooseTile));
    if (none !== null) expect(withoutReuse).toEqual(none);
    expect(inPaperOrder).toEqual(paperFigures);
    // No slower than the rule of the design and than the paper's order, wherever the table has a figure.
    expect(adaptively[0]).toBeGreaterThanOrEqual(Math.max(adaptive[0], paperFigures[0]));
    expect(adaptively).toEqual(ours);
    report(grid, devices, { withoutReuse, inPaperOrder, adaptively });
  });

  it('is faster than the paper from 3x3 to 8x8 and 1 to 8 devices, a sixth on average', () => {
    const ratios: number[] = [];
    for (const grid of ['3x3', '4x4', '5x5', '6x6', '7x7', '8x8'].map(planOf)) {
      for (let devices = 1; devices <= 8; devices++) {
        const adaptively = runOneFrame(grid, devices, chooseTile);
        const inPaperOrder = runOneFrame(grid, devices, paper);
        expect([...adaptively.order].sort((a, b) => a - b)).toEqual([...grid.tiles.keys()]);
        ratios.push(adaptively.speedup / inPaperOrder.speedup);
        report(formatGrid(grid.grid), devices, {
          inPaperOrder: rounded(inPaperOrder),
          adaptively: rounded(adaptively),
        });
      }
    }
    const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    expect(mean).toBeGreaterThan(1.16);
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(1);
  });
});

/** `SIMULATED_TABLE=1 npx vitest run test/scheduling/order/adaptive-order.test.ts` prints what was simulated. */
function report(grid: string, devices: number, figures: Readonly<Record<string, readonly number[]>>): void {
  if (process.env.SIMULATED_TABLE === undefined) return;
  const cells = Object.entries(figures).map(([name, [speedup, macs]]) => `${name} ${speedup} / ${macs}`);
  process.stdout.write(`${grid} on ${devices}: ${cells.join(', ')}\n`);
}
