import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MapShape, paddedRegion, type Region } from '../../server/geometry/region.js';
import { cropRegion, fillPadding, placeRegion, regionShape, valuesOf } from '../../server/tensor/planes.js';

type Plane = Uint8Array | Float32Array;

const KINDS: readonly [string, (values: readonly number[]) => Plane][] = [
  ['bytes', (values) => Uint8Array.from(values)],
  ['floats', (values) => Float32Array.from(values)],
];

const range = (length: number): number[] => Array.from({ length }, (_, i) => i % 251);

/** The value of a cell, by plain counting. */
function at(values: Plane, shape: MapShape, channel: number, y: number, x: number): number {
  return values[(channel * shape.height + y) * shape.width + x]!;
}

/** A block that lies somewhere on a map, and a region within it, which may be empty. */
const cases = fc
  .record({
    channels: fc.integer({ min: 1, max: 3 }),
    left: fc.nat(5),
    top: fc.nat(5),
    width: fc.integer({ min: 1, max: 7 }),
    height: fc.integer({ min: 1, max: 7 }),
    cuts: fc.tuple(fc.nat(7), fc.nat(7), fc.nat(7), fc.nat(7)),
  })
  .map(({ channels, left, top, width, height, cuts }) => {
    const outer: Region = { x0: left, x1: left + width, y0: top, y1: top + height };
    const [xa, xb] = [cuts[0] % (width + 1), cuts[1] % (width + 1)].sort((a, b) => a - b) as [number, number];
    const [ya, yb] = [cuts[2] % (height + 1), cuts[3] % (height + 1)].sort((a, b) => a - b) as [number, number];
    const inner: Region = { x0: left + xa, x1: left + xb, y0: top + ya, y1: top + yb };
    return { channels, outer, inner };
  });

describe.each(KINDS)('planes of %s', (_kind, planeOf) => {
  it('are cropped cell by cell', () => {
    fc.assert(
      fc.property(cases, ({ channels, outer, inner }) => {
        const shape = regionShape(channels, outer);
        const source = planeOf(range(valuesOf(shape)));
        const cropped = cropRegion(source, channels, outer, inner);
        const croppedShape = regionShape(channels, inner);
        expect(cropped.constructor).toBe(source.constructor);
        expect(cropped).toHaveLength(valuesOf(croppedShape));
        for (let channel = 0; channel < channels; channel++) {
          for (let y = inner.y0; y < inner.y1; y++) {
            for (let x = inner.x0; x < inner.x1; x++) {
              expect(at(cropped, croppedShape, channel, y - inner.y0, x - inner.x0)).toBe(
                at(source, shape, channel, y - outer.y0, x - outer.x0),
              );
            }
          }
        }
      }),
    );
  });

  it('are whole again when a crop is put back', () => {
    fc.assert(
      fc.property(cases, ({ channels, outer, inner }) => {
        const source = planeOf(range(valuesOf(regionShape(channels, outer))));
        const copy = source.slice() as Plane;
        placeRegion(copy, channels, outer, cropRegion(source, channels, outer, inner), inner);
        expect(copy).toEqual(source);
      }),
    );
  });

  it('give back what was put there, and change nowhere else', () => {
    fc.assert(
      fc.property(cases, ({ channels, outer, inner }) => {
        const shape = regionShape(channels, outer);
        const target = planeOf(Array<number>(valuesOf(shape)).fill(255));
        const block = planeOf(range(valuesOf(regionShape(channels, inner))));
        placeRegion(target, channels, outer, block, inner);
        expect(cropRegion(target, channels, outer, inner)).toEqual(block);
        for (let channel = 0; channel < channels; channel++) {
          for (let y = outer.y0; y < outer.y1; y++) {
            for (let x = outer.x0; x < outer.x1; x++) {
              if (x >= inner.x0 && x < inner.x1 && y >= inner.y0 && y < inner.y1) continue;
              expect(at(target, shape, channel, y - outer.y0, x - outer.x0)).toBe(255);
            }
          }
        }
      }),
    );
  });

  it('are the same put in parts of a larger block as cut out of it first', () => {
    fc.assert(
      fc.property(cases, ({ channels, outer, inner }) => {
        const source = planeOf(range(valuesOf(regionShape(channels, outer))));
        const block = cropRegion(source, channels, outer, inner);
        const straight = planeOf(Array<number>(block.length).fill(255));
        placeRegion(straight, channels, inner, source, outer, inner);
        expect(straight).toEqual(block);
      }),
    );
  });

  it('are merged from tiles, in any order', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ channels, outer, inner }, turned) => {
        const source = planeOf(range(valuesOf(regionShape(channels, outer))));
        const columns: [number, number][] = [
          [outer.x0, inner.x0],
          [inner.x0, inner.x1],
          [inner.x1, outer.x1],
        ];
        const rows: [number, number][] = [
          [outer.y0, inner.y0],
          [inner.y0, inner.y1],
          [inner.y1, outer.y1],
        ];
        const tiles = rows.flatMap(([y0, y1]) => columns.map(([x0, x1]): Region => ({ x0, x1, y0, y1 })));
        if (turned) tiles.reverse();
        const merged = planeOf(range(source.length)).fill(0) as Plane;
        for (const tile of tiles) {
          placeRegion(merged, channels, outer, cropRegion(source, channels, outer, tile), tile);
        }
        expect(merged).toEqual(source);
      }),
    );
  });

  it('are cropped into what the caller has', () => {
    const region = { x0: 1, x1: 3, y0: 0, y1: 1 };
    const into = planeOf([0, 0]);
    expect(cropRegion(planeOf([1, 2, 3]), 1, { x0: 0, x1: 3, y0: 0, y1: 1 }, region, into)).toBe(into);
    expect(into).toEqual(planeOf([2, 3]));
  });

  it('do not change when nothing is put anywhere', () => {
    const target = planeOf([1, 2, 3, 4]);
    const outer = { x0: 0, x1: 2, y0: 0, y1: 2 };
    for (const nothing of [
      { x0: 0, x1: 0, y0: 0, y1: 0 },
      { x0: 9, x1: 9, y0: 0, y1: 2 },
      { x0: 0, x1: 2, y0: 9, y1: 9 },
      { x0: 2, x1: 1, y0: 0, y1: 2 },
      { x0: -5, x1: -5, y0: 0, y1: 1 },
    ]) {
      placeRegion(target, 1, outer, planeOf([]), nothing);
      expect(cropRegion(target, 1, outer, nothing)).toHaveLength(0);
    }
    expect(target).toEqual(planeOf([1, 2, 3, 4]));
  });
});

describe('cropRegion', () => {
  it('gives an array of its own, also from a Buffer', () => {
    const source = Buffer.from([1, 2, 3, 4]);
    const cropped = cropRegion<Uint8Array>(source, 1, { x0: 0, x1: 2, y0: 0, y1: 2 }, { x0: 0, x1: 2, y0: 0, y1: 1 });
    source.fill(0);
    expect(cropped).toEqual(Uint8Array.of(1, 2));
  });
});

describe('shapes', () => {
  it('count channels, rows and columns', () => {
    expect(valuesOf({ channels: 3, height: 4, width: 5 })).toBe(60);
    expect(regionShape(2, { x0: 1, x1: 4, y0: 5, y1: 7 })).toEqual({ channels: 2, height: 2, width: 3 });
    expect(regionShape(2, { x0: 4, x1: 1, y0: 5, y1: 7 })).toEqual({ channels: 2, height: 2, width: 0 });
    expect(paddedRegion({ x0: 0, x1: 3, y0: 4, y1: 6 }, { top: 1, bottom: 2, left: 3, right: 4 })).toEqual({
      ...{ x0: -3, x1: 7, y0: 3, y1: 8 },
    });
  });
});

it('padding is written on each side, and nothing else', () => {
  const shape = { channels: 2, height: 4, width: 5 };
  const data = new Float32Array(valuesOf(shape)).fill(7);
  fillPadding(data, shape, { top: 1, bottom: 1, left: 2, right: 1 }, -1);
  const rows = [-1, -1, -1, -1, -1, -1, -1, 7, 7, -1, -1, -1, 7, 7, -1, -1, -1, -1, -1, -1];
  expect([...data]).toEqual([...rows, ...rows]);
});

it('a block that is all padding is filled', () => {
  const shape = { channels: 1, height: 2, width: 3 };
  const data = new Float32Array(valuesOf(shape));
  fillPadding(data, shape, { top: 2, bottom: 0, left: 1, right: 1 }, 5);
  expect([...data]).toEqual([5, 5, 5, 5, 5, 5]);
});
