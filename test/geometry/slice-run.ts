import { expect } from 'vitest';
import {
  type BodpPlan,
  type BodpWidths,
  borderRows,
  publishedRows,
  sliceMacs,
  sliceStep,
} from '../../server/geometry/modnn/bodp-plan.js';
import {
  containsRegion,
  intersectRegions,
  isEmptyRegion,
  type Region,
  regionArea,
  wholeMap,
} from '../../server/geometry/region.js';
import type { TestLayer } from './layer-chains.js';
import { crop, outside, type Plane, pad, plane, runUnpadded } from './reference-network.js';

/** Rows of a map. */
interface Rows {
  readonly region: Region;
  readonly values: Plane;
}

export interface SliceRunResult {
  /** The deepest map, put together of what the slices sent. */
  readonly merged: Plane;
  /** Bytes that the gateway saw, counted row by row as they passed. */
  readonly moved: { readonly frame: number; readonly input: number; readonly overlap: number; readonly result: number };
  readonly macs: number;
}

/**
 * MoDNN as it runs: devices that have nothing but the rows they computed and what the gateway sends them, and a gateway
 * that has nothing but the picture and what devices sent up. Checks on the way that a slice's input is put together
 * exactly once.
 */
export function runSlices(
  layers: readonly TestLayer[],
  plan: BodpPlan,
  picture: Plane,
  widths: BodpWidths,
): SliceRunResult {
  const moved = { frame: 0, input: 0, overlap: 0, result: 0 };
  const bytes = (map: number, { region }: Rows, perValue: number) =>
    plan.maps[map]!.channels * regionArea(region) * perValue;
  const slices = Array.from({ length: plan.slices }, (_, slice) => slice);
  let macs = 0;

  const whole: Rows = { region: wholeMap(plan.maps[0]!), values: picture };
  moved.frame += bytes(0, whole, widths.inputBytesPerValue);
  let resident: readonly (Rows | null)[] = slices.map(() => null);
  let atGateway: readonly (readonly Rows[])[] = [];
  for (const [index, layer] of plan.layers.entries()) {
    resident = slices.map((slice) => {
      const step = sliceStep(plan, index, slice);
      macs += sliceMacs(plan, index, slice);
      expect(step.output).toEqual(plan.owned[index + 1]![slice]);
      const received = index === 0 ? rowsOf(whole, step.input) : sentDown(plan, index, slice, atGateway);
      for (const rows of received) {
        if (index === 0) moved.input += bytes(0, rows, widths.inputBytesPerValue);
        else moved.overlap += bytes(index, rows, widths.mapBytesPerValue);
      }
      if (isEmptyRegion(step.output)) {
        expect({ input: step.input, received }).toMatchObject({ input: { x1: 0, y1: 0 }, received: [] });
        return null;
      }
      const own = resident[slice] ?? null;
      const pieces = own === null ? received : [...rowsOf(own, intersectRegions(own.region, step.input)), ...received];
      const block = pad(together(step.input, pieces), step.padding, outside(layers[index]!));
      const values = runUnpadded(layers[index]!, index, block);
      expect({ height: values.height, width: values.width }).toEqual({
        height: step.output.y1 - step.output.y0,
        width: layer.output.width,
      });
      return { region: step.output, values };
    });
    atGateway = slices.map((slice) =>
      publishedRows(plan, index + 1, slice).flatMap((region) => rowsOf(resident[slice]!, region)),
    );
    for (const rows of atGateway.flat()) {
      const kind = index + 1 === plan.depth ? 'result' : 'overlap';
      moved[kind] += bytes(index + 1, rows, widths.mapBytesPerValue);
    }
  }
  return { merged: together(wholeMap(plan.maps[plan.depth]!), atGateway.flat()), moved, macs };
}

/** The gateway finds each border row in one region that its owner sent up. */
function sentDown(plan: BodpPlan, layer: number, slice: number, atGateway: readonly (readonly Rows[])[]): Rows[] {
  return borderRows(plan, layer, slice).flatMap(({ owner, region }) => {
    expect(owner).not.toBe(slice);
    expect(isEmptyRegion(region)).toBe(false);
    const sent = atGateway[owner]!.find((rows) => containsRegion(rows.region, region));
    expect(sent).toBeDefined();
    return rowsOf(sent!, region);
  });
}

function rowsOf({ region: { x0, y0 }, values }: Rows, region: Region): Rows[] {
  if (isEmptyRegion(region)) return [];
  const { x0: left, x1, y0: top, y1 } = region;
  return [{ region, values: crop(values, { x0: left - x0, x1: x1 - x0, y0: top - y0, y1: y1 - y0 }) }];
}

/** All inside and as many cells as there are, none left out: each exactly once. */
function together(region: Region, pieces: readonly Rows[]): Plane {
  expect(pieces.every((piece) => containsRegion(region, piece.region))).toBe(true);
  expect(pieces.reduce((cells, piece) => cells + regionArea(piece.region), 0)).toBe(regionArea(region));
  return plane(region.y1 - region.y0, region.x1 - region.x0, (y, x) => {
    const [row, column] = [y + region.y0, x + region.x0];
    const piece = pieces.find(
      ({ region: { x0, x1, y0, y1 } }) => x0 <= column && column < x1 && y0 <= row && row < y1,
    )!;
    return piece.values.values[(row - piece.region.y0) * piece.values.width + column - piece.region.x0]!;
  });
}
