import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadTileExecutor } from '../../server/compute/tile-executor.js';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { DeepThingsError } from '../../server/errors.js';
import { type FtpPlan, planFtp } from '../../server/geometry/ftp-plan.js';
import type { Grid } from '../../server/geometry/grid.js';
import { oppositeSide, SIDES } from '../../server/geometry/neighbours.js';
import { isEmptyRegion, wholeMap } from '../../server/geometry/region.js';
import { cutTile, stripsOf } from '../../server/geometry/tile-cut.js';
import { offersOfTile, offersToTile, type TileOffers } from '../../server/geometry/tile-offer.js';
import { fusedGeometry } from '../../server/model/layer-geometry.js';
import { type LayerDeclaration, shapeLayers } from '../../server/model/layer-shapes.js';
import type { Activation, Network } from '../../server/model/network.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { synthesizeWeights } from '../../server/model/synthetic-weights.js';
import { cropRegion, placeRegion, valuesOf } from '../../server/tensor/planes.js';
import { relativeDifference, wholeTile } from '../support/untiled.js';

/** Design section 5: |a - b| <= 1e-4 * max|b|. */
const TOLERANCE = 1e-4;

const activation = fc.constantFrom<Activation[]>('linear', 'leaky', 'relu', 'logistic');

const convolution = fc
  .record({
    size: fc.integer({ min: 1, max: 7 }),
    stride: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 6 }),
    activation,
  })
  .chain((given) =>
    fc
      .record({ padding: fc.integer({ min: 0, max: given.size - 1 }), batchNormalize: fc.boolean() })
      .map((more): LayerDeclaration => ({ kind: 'convolutional', groups: 1, ...given, ...more })),
  );

/** Both of Darknet's forms: padded by size - 1, and not at all. */
const pooling = fc
  .record({ size: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 3 }), padded: fc.boolean() })
  .map(
    ({ size, stride, padded }): LayerDeclaration => ({
      kind: 'maxpool',
      size,
      stride,
      totalPadding: padded ? size - 1 : 0,
    }),
  );

interface Case {
  readonly network: Network;
  readonly plan: FtpPlan;
  readonly whole: FtpPlan;
  readonly seed: number;
}

function networkOf(declarations: LayerDeclaration[], height: number, width: number): Network {
  return {
    name: 'random',
    input: { channels: 3, height, width },
    layers: shapeLayers({ channels: 3, height, width }, declarations),
    preprocessing: { anchor: 'centre', fill: [128, 128, 128], mean: [10, 20, 30], scale: 1 / 255 },
    labels: [],
  };
}

/** Null for a chain that does not fit its map, or whose windows lie in padding alone. */
function caseOf(
  declarations: LayerDeclaration[],
  height: number,
  width: number,
  finest: boolean,
  cut: Grid,
  seed: number,
) {
  try {
    const network = networkOf(declarations, height, width);
    const depth = network.layers.length;
    const geometry = fusedGeometry(network, depth);
    const output = network.layers[depth - 1]!.output;
    const grid = finest
      ? { rows: output.height, columns: output.width }
      : { rows: Math.min(cut.rows, output.height), columns: Math.min(cut.columns, output.width) };
    return {
      network,
      plan: planFtp(geometry, depth, grid),
      whole: planFtp(geometry, depth, { rows: 1, columns: 1 }),
      seed,
    };
  } catch (error) {
    if (error instanceof DeepThingsError) return null;
    throw error;
  }
}

const arbitraryCase: fc.Arbitrary<Case> = fc
  .record({
    declarations: fc.array(fc.oneof({ weight: 3, arbitrary: convolution }, { weight: 2, arbitrary: pooling }), {
      minLength: 1,
      maxLength: 6,
    }),
    height: fc.integer({ min: 7, max: 40 }),
    width: fc.integer({ min: 7, max: 40 }),
    finest: fc.boolean(),
    rows: fc.integer({ min: 1, max: 5 }),
    columns: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat({ max: 1000 }),
  })
  .map(({ declarations, height, width, finest, rows, columns, seed }) =>
    caseOf(declarations, height, width, finest && height * width < 300, { rows, columns }, seed),
  )
  .filter((found) => found !== null);

function randomPicture(values: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: values }, () => Math.floor(random() * 256));
}

async function runPlan(engine: InferenceEngine, { network, seed }: Case, plan: FtpPlan, picture: Uint8Array) {
  const executor = await loadTileExecutor(engine, network, synthesizeWeights(network, seed).weights, plan);
  const input = plan.maps[0]!;
  const output = plan.maps[plan.depth]!;
  const merged = new Float32Array(valuesOf(output)).fill(Number.NaN);
  for (const { tileId, regions } of plan.tiles) {
    const bytes = cropRegion(picture, input.channels, wholeMap(input), regions[0]!);
    const run = await executor.run(wholeTile(bytes, tileId));
    placeRegion(merged, output.channels, wholeMap(output), run.output.data, regions[plan.depth]!);
  }
  await executor.release();
  return merged;
}

function expectSame(tiled: Float32Array, untiled: Float32Array): void {
  // A map that is zero throughout has no largest value to compare with.
  if (untiled.some((value) => value !== 0)) {
    expect(relativeDifference(tiled, untiled)).toBeLessThanOrEqual(TOLERANCE);
  } else expect(tiled).toEqual(untiled);
}

/** Runs the tiles in a random order; each counts on a random subset of what its finished neighbours offer. */
async function runWithReuse(engine: InferenceEngine, { network, seed }: Case, plan: FtpPlan, picture: Uint8Array) {
  const executor = await loadTileExecutor(engine, network, synthesizeWeights(network, seed).weights, plan);
  const random = seededRandom(seed, 1);
  const order = plan.tiles.map(({ tileId }) => ({ tileId, key: random() })).sort((a, b) => a.key - b.key);
  const input = plan.maps[0]!;
  const output = plan.maps[plan.depth]!;
  const merged = new Float32Array(valuesOf(output)).fill(Number.NaN);
  const offersOf = new Map<number, TileOffers>();
  const kept = new Map<string, Float32Array>();
  for (const { tileId } of order) {
    const offers = offersToTile(plan, tileId, (producer) => (random() < 0.8 ? (offersOf.get(producer) ?? null) : null));
    const cut = cutTile(plan, tileId, offers);
    const strips = stripsOf(cut).map(({ producer, side, segment, region, map }) => {
      const offered = offers[side]!.regions[segment]!;
      const data = kept.get(`${producer}/${oppositeSide(side)}/${segment}`)!;
      return cropRegion(data, plan.maps[map]!.channels, offered, region);
    });
    const bytes = isEmptyRegion(cut.input)
      ? new Uint8Array(0)
      : cropRegion(picture, input.channels, wholeMap(input), cut.input);
    const run = await executor.run({ tileId, offers, input: bytes, strips, keepFor: SIDES });
    for (const { side, segment, data } of run.kept) kept.set(`${tileId}/${side}/${segment}`, data);
    offersOf.set(tileId, offersOfTile(plan, cut));
    placeRegion(merged, output.channels, wholeMap(output), run.output.data, plan.tiles[tileId]!.regions[plan.depth]!);
  }
  await executor.release();
  return merged;
}

describe('running the tiles equals running the whole, on the real engine', () => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine('onnxruntime', { threads: 1 });
  });

  test('random chains, grids and depths, without reuse and with what some neighbours offer, in random order', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase, async (given) => {
        const picture = randomPicture(valuesOf(given.network.input), given.seed);
        const untiled = await runPlan(engine, given, given.whole, picture);
        expect(untiled.every(Number.isFinite)).toBe(true);
        expectSame(await runPlan(engine, given, given.plan, picture), untiled);
        expectSame(await runWithReuse(engine, given, given.plan, picture), untiled);
      }),
      { numRuns: 60 },
    );
  });
});
