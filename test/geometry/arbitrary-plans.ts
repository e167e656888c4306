import fc from 'fast-check';
import type { Grid } from '../../server/geometry/grid.js';
import type { MapShape } from '../../server/geometry/region.js';
import { chain, type LayerSpec, type TestLayer } from './layer-chains.js';

export interface PlanCase {
  readonly layers: readonly TestLayer[];
  readonly depth: number;
  readonly grid: Grid;
}

const arbitraryConv: fc.Arbitrary<LayerSpec> = fc
  .record({ size: fc.integer({ min: 1, max: 7 }), stride: fc.integer({ min: 1, max: 3 }), padding: fc.nat(6) })
  .map(({ size, stride, padding }) => ({ kind: 'conv', size, stride, padding: padding % size, filters: 1 }));

/** Darknet's pooling with its default padding and with a declared one, each side's smaller than the window. */
const arbitraryMax: fc.Arbitrary<LayerSpec> = fc
  .record({
    size: fc.integer({ min: 1, max: 7 }),
    stride: fc.integer({ min: 1, max: 3 }),
    totalPadding: fc.option(fc.nat(12)),
  })
  .map(({ size, stride, totalPadding }) => ({
    kind: 'max',
    size,
    stride,
    totalPadding: totalPadding === null ? size - 1 : totalPadding % (2 * size - 1),
  }));

const arbitraryInput = (maxSize: number): fc.Arbitrary<MapShape> =>
  fc.record({
    channels: fc.constant(1),
    height: fc.integer({ min: 1, max: maxSize }),
    width: fc.integer({ min: 1, max: maxSize }),
  });

/** A chain of at least one layer, all of which fit. */
export function arbitraryChain(maxSize: number, maxLayers: number): fc.Arbitrary<TestLayer[]> {
  return fc
    .tuple(
      arbitraryInput(maxSize),
      fc.array(fc.oneof(arbitraryConv, arbitraryMax), { minLength: 1, maxLength: maxLayers }),
    )
    .map(([input, specs]) => chain(input, specs))
    .filter((layers) => layers.length > 0);
}

/** Tiles along an axis: one, as many as cells, or something between. */
const arbitraryCount = (cells: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constant(1), fc.constant(cells), fc.integer({ min: 1, max: cells }));

export function arbitraryPlanCase(maxSize: number, maxLayers: number): fc.Arbitrary<PlanCase> {
  return arbitraryChain(maxSize, maxLayers)
    .chain((layers) => fc.record({ layers: fc.constant(layers), depth: fc.integer({ min: 1, max: layers.length }) }))
    .chain(({ layers, depth }) => {
      const { height, width } = layers[depth - 1]!.output;
      const grid = fc.record({ rows: arbitraryCount(height), columns: arbitraryCount(width) });
      return fc.record({ layers: fc.constant(layers), depth: fc.constant(depth), grid });
    });
}
