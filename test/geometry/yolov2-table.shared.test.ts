import { describe, expect, it } from 'vitest';
import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import { bandsOf } from '../../server/geometry/gang/bands.js';
import { gangBytes, planLayerGang } from '../../server/geometry/gang/layer-gang.js';
import { parseGrid } from '../../server/geometry/grid.js';
import { planCost } from '../../server/geometry/plan-cost.js';
import { cutInputBytes, stripsBytes, type TileCut } from '../../server/geometry/reuse/tile-cut.js';
import { chainOf, planLayers, regionsByLayer } from './chain-graphs.js';
import { cutInOrder } from './cut-in-order.js';
import { yolov2Chain } from './layer-chains.js';
import { readYolov2Table, yolov2Grids } from './yolov2-table.js';

const MIB = 2 ** 20;
const round = (value: number, digits: number) => Number(value.toFixed(digits));

describe('planFtp for YOLOv2 608x608', () => {
  it('has the maps of the table', () => {
    const { chain } = planLayers(yolov2Chain(), 16, parseGrid('1x1'));
    expect(chain!.maps).toEqual(
      readYolov2Table().maps.map(({ size, channels }) => ({ channels, height: size, width: size })),
    );
  });

  it.each(yolov2Grids)('%s: has every region of the table', (name) => {
    const spans = readYolov2Table().grids[name]!.rows_or_cols;
    const plan = planLayers(yolov2Chain(), 16, parseGrid(name));
    expect(plan.tiles).toHaveLength(spans.length ** 2);
    for (const { row, column, regions, tileId } of plan.tiles) {
      const expected = spans[row]!.map(([y0, y1], map) => ({
        ...{ x0: spans[column]![map]![0], x1: spans[column]![map]![1] },
        ...{ y0, y1 },
      }));
      expect(regionsByLayer(plan, tileId)).toEqual(expected);
      // Of every second layer's input, and of the output: these are put together by hand.
      expect(regions).toEqual(expected.filter((_, map) => map % 2 === 0));
    }
  });
});

describe('planCost for YOLOv2 608x608', () => {
  it.each(yolov2Grids)('%s: has the MACs and bytes of the table', (name) => {
    const table = readYolov2Table().grids[name]!;
    const cost = planCost(planLayers(yolov2Chain(), 16, parseGrid(name)), {
      inputBytesPerValue: 4,
      outputBytesPerValue: 4,
    });
    expect(cost.neededMacs).toBe(table.macs);
    expect(round(cost.macs / cost.neededMacs, 4)).toBe(table.macs_ratio_no_reuse);
    expect(round(cost.inputBytes / MIB, 3)).toBe(table.tile_input_MiB_f32);
    expect(round(cost.outputBytes / MIB, 3)).toBe(table.output_MiB_f32);
    expect(round(cost.frameBytes / MIB, 3)).toBe(table.frame_MiB_f32);
    expect(round((cost.frameBytes + cost.inputBytes + cost.outputBytes) / MIB, 3)).toBe(table.ftp_wsh_total_MiB);
  });
});

describe('reuse for YOLOv2 608x608', () => {
  /** Every second tile reuses nothing, the others have all their sides. */
  const checkerboard = (plan: FtpPlan) => {
    const isSecond = ({ row, column }: { row: number; column: number }) => (row + column) % 2 === 1;
    const [first, second] = [plan.tiles.filter((tile) => !isSecond(tile)), plan.tiles.filter(isSecond)];
    return cutInOrder(
      plan,
      [...first, ...second].map(({ tileId }) => tileId),
    );
  };
  const total = (plan: FtpPlan, cuts: readonly TileCut[], of: (plan: FtpPlan, cut: TileCut) => number) =>
    cuts.reduce((sum, cut) => sum + of(plan, cut), 0);

  it.each(yolov2Grids)('%s: has the MACs, the input and the strips of the table', (name) => {
    const table = readYolov2Table().grids[name]!;
    const plan = planLayers(yolov2Chain(), 16, parseGrid(name));
    const { cuts } = checkerboard(plan);
    expect(round(total(plan, cuts, (_, cut) => cut.macs) / table.macs, 4)).toBe(
      table.macs_ratio_checkerboard_full_reuse,
    );
    const inputBytes = total(plan, cuts, (_, cut) => cutInputBytes(plan, cut, 4));
    expect(round(inputBytes / MIB, 3)).toBe(table.tile_input_with_reuse_MiB_f32);
    // "Overlap at halo inputs" is what the second half of the tiles receives, each strip once.
    const overlapBytes = total(plan, cuts, (_, cut) => stripsBytes(plan, cut.strips, 4));
    expect(round(overlapBytes / MIB, 3)).toBe(table.overlap_MiB_f32_at_halo_inputs);
  });
});

describe('one device with YOLOv2 608x608', () => {
  it('moves the frame twice and the output once', () => {
    const { frame_MiB_f32, output_MiB_f32 } = readYolov2Table().grids['3x3']!;
    const frame = 4 * 3 * 608 * 608;
    const { input, result } = gangBytes(planLayerGang(chainOf(yolov2Chain())), bandsOf([1]), {
      inputBytesPerValue: 4,
      mapBytesPerValue: 4,
    });
    expect([frame, input, result].map((bytes) => Number((bytes / MIB).toFixed(3)))).toEqual([
      frame_MiB_f32,
      frame_MiB_f32,
      output_MiB_f32,
    ]);
  });
});
