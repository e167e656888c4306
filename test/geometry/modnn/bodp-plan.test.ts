import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bodpBytes,
  borderRows,
  planBodp,
  publishedRows,
  sliceMacs,
  sliceMacsOf,
  sliceStep,
} from '../../../server/geometry/modnn/bodp-plan.js';
import { containsRegion, EMPTY_REGION, NO_PADDING, wholeMap } from '../../../server/geometry/region.js';
import { arbitraryChain } from '../arbitrary-plans.js';
import { chainOf } from '../chain-graphs.js';
import { chain, conv, max, type TestLayer, yolov2Chain } from '../layer-chains.js';
import { plane, runWhole } from '../reference-network.js';
import { runSlices } from '../slice-run.js';

const F32 = { inputBytesPerValue: 4, mapBytesPerValue: 4 };
const MIB = 2 ** 20;
const square = (size: number) => ({ channels: 1, height: size, width: size });
const equal = (devices: number) => Array.from({ length: devices }, () => 1);
const rows = (y0: number, y1: number, width: number) => (y0 === y1 ? EMPTY_REGION : { x0: 0, x1: width, y0, y1 });

describe('planBodp', () => {
  it('lines slices up with pooling, so that only the rows of a halo travel', () => {
    const plan = planBodp(chainOf(chain(square(16), [conv(3, 1), max(2, 2), conv(3, 1)])), [1, 1]);
    expect(plan.owned).toEqual([
      [rows(0, 8, 16), rows(8, 16, 16)],
      [rows(0, 8, 16), rows(8, 16, 16)],
      [rows(0, 4, 8), rows(4, 8, 8)],
      [rows(0, 4, 8), rows(4, 8, 8)],
    ]);
    expect(sliceStep(plan, 0, 1)).toEqual({
      input: rows(7, 16, 16),
      padding: { top: 0, bottom: 1, left: 1, right: 1 },
      output: rows(8, 16, 16),
    });
    expect(borderRows(plan, 1, 0)).toEqual([]);
    expect(publishedRows(plan, 1, 0)).toEqual([]);
    expect(borderRows(plan, 2, 0)).toEqual([{ owner: 1, region: rows(4, 5, 8) }]);
    expect(publishedRows(plan, 2, 1)).toEqual([rows(4, 5, 8)]);
    expect(publishedRows(plan, 3, 1)).toEqual([rows(4, 8, 8)]);
    expect(sliceMacs(plan, 2, 1)).toBe(4 * 8 * 9);
  });

  it('asks owners beyond the neighbours where a halo is higher than a slice, and has a row sent up once', () => {
    const plan = planBodp(chainOf(chain(square(4), [conv(1, 1), conv(7, 1)])), equal(4));
    expect(borderRows(plan, 1, 0)).toEqual([1, 2, 3].map((owner) => ({ owner, region: rows(owner, owner + 1, 4) })));
    expect(publishedRows(plan, 1, 0)).toEqual([rows(0, 1, 4)]);
    expect(bodpBytes(plan, F32).overlap).toBe((4 + 12) * 4 * 4);
  });

  it.each([
    { name: 'equally', shares: [3, 3, 3], ends: [7, 13, 20] },
    { name: 'by speed', shares: [3, 1], ends: [15, 20] },
    { name: 'to whatever comes to less than half a row, nothing', shares: [1, 1000, 1], ends: [0, 20, 20] },
    { name: 'in fractions', shares: [0.1, 0.2, 0.1], ends: [5, 15, 20] },
  ])('shares out the rows of the deepest map $name', ({ shares, ends }) => {
    const plan = planBodp(chainOf(chain(square(20), [conv(3, 1)])), shares);
    expect(plan.owned[1]).toEqual(ends.map((end, slice) => rows(ends[slice - 1] ?? 0, end, 20)));
  });

  it('shares equally as evenly as rows allow', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.double({ min: 0.01, max: 9, noNaN: true }),
        (height, slices, share) => {
          const shares = equal(slices).map(() => share);
          const heights = planBodp(chainOf(chain(square(height), [conv(1, 1)])), shares).owned[1]!.map(
            ({ y0, y1 }) => y1 - y0,
          );
          expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('gives slices beyond the rows nothing to own, to compute or to need, of any map', () => {
    // Unpadded windows leave rows of the upper maps over: these must not go to a slice that has no output.
    const plan = planBodp(
      chainOf(chain(square(15), [conv(3, 1, 1, 0), max(3, 2, 0), conv(5, 1, 1, 0)])),
      [1, 1, 1, 1, 1],
    );
    const empty = [0, 1, 2, 3, 4].filter((slice) => plan.owned[3]![slice] === EMPTY_REGION);
    expect(empty).toHaveLength(3);
    for (const slice of empty) {
      expect(plan.owned.map((owned) => owned[slice])).toEqual(plan.maps.map(() => EMPTY_REGION));
      for (const layer of plan.layers.keys()) {
        expect(sliceStep(plan, layer, slice)).toEqual({
          input: EMPTY_REGION,
          padding: NO_PADDING,
          output: EMPTY_REGION,
        });
        expect(publishedRows(plan, layer + 1, slice)).toEqual([]);
      }
    }
  });

  it('is frozen throughout and leaves its arguments as they were', () => {
    const layers = chain(square(8), [conv(3, 1), conv(3, 1)]);
    const shares = [1, 2];
    const plan = planBodp(chainOf(layers), shares);
    const parts = [
      ...[plan, plan.owned, ...plan.owned, ...plan.owned.flat(), sliceStep(plan, 0, 0), borderRows(plan, 1, 0)],
      ...[publishedRows(plan, 1, 0), publishedRows(plan, 1, 0)[0], bodpBytes(plan, F32)],
    ];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
    expect([layers, layers[0], shares].some((value) => Object.isFrozen(value))).toBe(false);
  });
});

interface SliceCase {
  readonly layers: readonly TestLayer[];
  readonly depth: number;
  readonly shares: readonly number[];
}

const arbitraryShares = fc.oneof(
  fc.integer({ min: 1, max: 8 }).map(equal),
  fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 1, maxLength: 8 }),
);

/** Pooling of one cell each computes nothing, and so is no layer of a plan. */
const isLayer = ({ kind, kernel, stride }: TestLayer) => kind === 'conv' || kernel > 1 || stride > 1;

/** The reference network has one channel to compute with; the plan is told of others, so that bytes differ by map. */
const arbitraryCase: fc.Arbitrary<SliceCase> = arbitraryChain(24, 5)
  .filter((layers) => layers.every(isLayer))
  .chain((layers) =>
    fc.record({
      layers: fc.constant(
        layers.map((layer, index) => ({
          ...layer,
          input: { ...layer.input, channels: 3 + index },
          output: { ...layer.output, channels: 4 + index },
        })),
      ),
      depth: fc.integer({ min: 1, max: layers.length }),
      shares: arbitraryShares,
    }),
  );

const overCases = (check: (given: SliceCase) => void) => fc.assert(fc.property(arbitraryCase, check), { numRuns: 400 });

describe('a BODP plan of any chain and any shares', () => {
  it('has every row of every map owned exactly once, in full width and in order', () => {
    overCases(({ layers, depth, shares }) => {
      const plan = planBodp(chainOf(layers, depth), shares);
      expect(plan.slices).toBe(shares.length);
      expect(plan.owned).toHaveLength(depth + 1);
      for (const [map, owned] of plan.owned.entries()) {
        const { height, width } = plan.maps[map]!;
        expect(owned).toHaveLength(shares.length);
        const filled = owned.filter((region) => region !== EMPTY_REGION);
        expect(filled.every(({ x0, x1, y0, y1 }) => x0 === 0 && x1 === width && y0 < y1)).toBe(true);
        expect([0, ...filled.map(({ y1 }) => y1)]).toEqual([...filled.map(({ y0 }) => y0), height]);
      }
    });
  });

  it('gives the whole network, layer by layer, of owned and border rows alone; moves and computes what it says', () => {
    overCases(({ layers, depth, shares }) => {
      const plan = planBodp(chainOf(layers, depth), shares);
      const { height, width } = plan.maps[0]!;
      const picture = plane(height, width, (y, x) => ((y * 31 + x * 17) % 251) - 125);
      const widths = { inputBytesPerValue: 1, mapBytesPerValue: 2 };
      const run = runSlices(layers, plan, picture, widths);
      expect(run.merged).toEqual(runWhole(layers.slice(0, depth), picture));
      expect(run.moved).toEqual(bodpBytes(plan, widths));
      expect(run.macs).toBe(plan.stage.macs);
    });
  });

  it('has slices send up every row that others name, no other, and each once', () => {
    overCases(({ layers, depth, shares }) => {
      const plan = planBodp(chainOf(layers, depth), shares);
      for (let map = 1; map < depth; map++) {
        const named = shares.flatMap((_, slice) => borderRows(plan, map, slice));
        for (const owner of shares.keys()) {
          const sent = publishedRows(plan, map, owner);
          const wanted = new Set(
            named.filter((border) => border.owner === owner).flatMap(({ region }) => rowNumbers(region)),
          );
          const sentRows = sent.flatMap(rowNumbers);
          expect(sentRows).toEqual([...wanted].sort((a, b) => a - b));
          expect(sent.every((region) => containsRegion(plan.owned[map]![owner]!, region))).toBe(true);
        }
      }
    });
  });
});

describe('for YOLOv2 608x608, 16 layers', () => {
  const totals = [1, 2, 3, 4, 5, 6].map((devices) => {
    const { frame, input, overlap, result } = bodpBytes(planBodp(chainOf(yolov2Chain()), equal(devices)), F32);
    return (frame + input + overlap + result) / MIB;
  });

  it('bytes grow linearly with the devices, as in Fig. 12 of the paper', () => {
    const steps = totals.slice(1).map((total, index) => total - totals[index]!);
    const mean = (totals[5]! - totals[0]!) / 5;
    for (const step of steps) expect(Math.abs(step / mean - 1)).toBeLessThan(0.25);
    expect(totals[1]).toBeGreaterThan(10);
    expect(totals[1]).toBeLessThan(11);
    expect(totals[5]).toBeGreaterThan(14.5);
    expect(totals[5]).toBeLessThan(15.5);
  });

  it('one device exchanges nothing', () => {
    expect(bodpBytes(planBodp(chainOf(yolov2Chain()), [1]), F32).overlap).toBe(0);
  });

  it('two neighbours exchange one row each way at each of the seven inputs of 3x3 layers but the first', () => {
    const plan = planBodp(chainOf(yolov2Chain()), [1, 1]);
    const inputs = plan.layers.flatMap(({ kernel, input }, layer) => (kernel === 3 && layer > 0 ? [input] : []));
    expect(inputs).toHaveLength(7);
    const rowBytes = inputs.reduce((sum, { channels, width }) => sum + channels * width * 4, 0);
    expect(bodpBytes(plan, F32).overlap).toBe(rowBytes * 2 * 2);
  });

  it('no slice computes anything twice', () => {
    const plan = planBodp(chainOf(yolov2Chain()), [3, 1, 2]);
    const macs = [0, 1, 2].map((slice) =>
      plan.layers.reduce((sum, _, layer) => sum + sliceMacs(plan, layer, slice), 0),
    );
    for (const [layer, { output }] of plan.layers.entries()) {
      const byOwner = [0, 1, 2].map((slice) => sliceMacsOf(plan, layer, plan.owned[layer + 1]![slice]!));
      expect(byOwner.reduce((sum, of) => sum + of)).toBe(sliceMacsOf(plan, layer, wholeMap(output)));
    }
    expect(macs.reduce((sum, of) => sum + of)).toBe(plan.stage.macs);
  });
});

describe('a BODP plan refuses', () => {
  const layers = chain(square(8), [conv(3, 1), max(2, 2)]);
  const plan = planBodp(chainOf(layers), [1, 1]);

  it.each([
    ['no shares', () => planBodp(chainOf(layers), []), 'DT_PLAN_SHARES', /each device, got \[\]/],
    ['a share of 0', () => planBodp(chainOf(layers), [1, 0]), 'DT_PLAN_SHARES', /above 0.*got \[1, 0\]/],
    ['a share that is no number', () => planBodp(chainOf(layers), [Number.NaN]), 'DT_PLAN_SHARES', /NaN/],
    ['endless shares', () => planBodp(chainOf(layers), [1, Number.POSITIVE_INFINITY]), 'DT_PLAN_SHARES', /Infinity/],
    ['an unknown layer', () => sliceStep(plan, 2, 0), 'DT_SLICE_UNKNOWN', /layer from 0 to 1 .*got 2/],
    ['an unknown slice', () => sliceStep(plan, 0, 2), 'DT_SLICE_UNKNOWN', /slice from 0 to 1 .*got 2/],
    ['border rows of the picture', () => borderRows(plan, 0, 0), 'DT_SLICE_UNKNOWN', /layer from 1/],
    ['a picture sent up', () => publishedRows(plan, 0, 0), 'DT_SLICE_UNKNOWN', /map from 1 to 2/],
  ])('%s', (_what, act, code, message) => {
    expect(act).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

function rowNumbers({ y0, y1 }: { y0: number; y1: number }): number[] {
  return Array.from({ length: y1 - y0 }, (_, row) => y0 + row);
}
