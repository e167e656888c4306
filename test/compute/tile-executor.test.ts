import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { keptStrips, roomForStrips } from '../../server/compute/kept-strips.js';
import { loadTileExecutor, type TileJob } from '../../server/compute/tile-executor.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { DeepThingsError } from '../../server/errors.js';
import { wholeTile } from '../../server/evaluation/measure/untiled.js';
import type { LayerDeclaration } from '../../server/formats/darknet/layers.js';
import { synthesizeWeights } from '../../server/formats/darknet/weights/synthetic-weights.js';
import { type FtpPlan, planFtp } from '../../server/geometry/ftp-plan.js';
import type { Grid } from '../../server/geometry/grid.js';
import { isEmptyRegion, wholeMap } from '../../server/geometry/region.js';
import { oppositeSide, SIDES } from '../../server/geometry/reuse/neighbours.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import {
  type OffersToTile,
  offersOfTile,
  offersToTile,
  type TileOffers,
} from '../../server/geometry/reuse/tile-offer.js';
import { fusedGeometry } from '../../server/model/layer-geometry.js';
import type { Network } from '../../server/model/network.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { TILES_AHEAD } from '../../server/scheduling/device/device-pace.js';
import { cropRegion, placeRegion, valuesOf } from '../../server/tensor/planes.js';
import { ENGINE_CASES } from '../engine/engine-cases.js';
import { convolution } from '../model/small-networks.js';
import { propertyRuns } from '../support/property-runs.js';
import { arbitraryDeclarations, expectSame, networkOf, randomPicture } from './arbitrary-networks.js';

interface Case {
  readonly network: Network;
  readonly plan: FtpPlan;
  readonly whole: FtpPlan;
  readonly seed: number;
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
    declarations: arbitraryDeclarations,
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

function usedBuffer(bytes: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes);
  new Uint8Array(buffer).fill(0xff);
  return buffer;
}

/**
 * Runs the tiles in a random order; each counts on a random subset of what its finished neighbours offer. Of those that
 * ran a moment before it, some are said to be before it.
 */
async function runWithReuse(engine: InferenceEngine, { network, seed }: Case, plan: FtpPlan, picture: Uint8Array) {
  const executor = await loadTileExecutor(engine, network, synthesizeWeights(network, seed).weights, plan);
  const random = seededRandom(seed, 1);
  const order = plan.tiles.map(({ tileId }) => ({ tileId, key: random() })).sort((a, b) => a.key - b.key);
  const input = plan.maps[0]!;
  const output = plan.maps[plan.depth]!;
  const merged = new Float32Array(valuesOf(output)).fill(Number.NaN);
  const offersOf = new Map<number, TileOffers>();
  const kept = new Map<string, Float32Array>();
  for (const [place, { tileId }] of order.entries()) {
    const offers = offersToTile(plan, tileId, (producer) => (random() < 0.8 ? (offersOf.get(producer) ?? null) : null));
    const cut = cutTile(plan, tileId, offers);
    const strips = cut.strips.map(({ producer, side, segment }) => {
      const before = place - order.findIndex((tile) => tile.tileId === producer);
      if (before <= TILES_AHEAD && random() < 0.5) return before;
      const data = kept.get(`${producer}/${oppositeSide(side)}/${segment}`)!;
      return { region: offers[side]!.regions[segment]!, data };
    });
    const bytes = isEmptyRegion(cut.input)
      ? new Uint8Array(0)
      : cropRegion(picture, input.channels, wholeMap(input), cut.input);
    // Memory that is larger than needed and has something else in it.
    const keepIn = roomForStrips(plan, cut, SIDES, (size) => usedBuffer(size + 4 * Math.floor(random() * 50)));
    const run = await executor.run({ tileId, offers, input: bytes, strips, keepIn });
    for (const { side, segment, data } of keptStrips(plan, cut, keepIn)) kept.set(`${tileId}/${side}/${segment}`, data);
    offersOf.set(tileId, offersOfTile(plan, cut));
    placeRegion(merged, output.channels, wholeMap(output), run.output.data, plan.tiles[tileId]!.regions[plan.depth]!);
  }
  await executor.release();
  return merged;
}

describe.each(ENGINE_CASES)('running the tiles equals running the whole, on $label', ({ create, slow }) => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await create();
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
      { numRuns: propertyRuns(slow ? 15 : 60) },
    );
  });

  test('a strip that is not there, or has another size, is said and not computed with', async () => {
    const network = networkOf([convolution(), convolution()], 12, 12);
    const plan = planFtp(fusedGeometry(network, 2), 2, { rows: 1, columns: 2 });
    const executor = await loadTileExecutor(engine, network, synthesizeWeights(network, 1).weights, plan);
    const offers = offersToTile(plan, 1, () => offersOfTile(plan, cutTile(plan, 0)));
    const cut = cutTile(plan, 1, offers);
    const [strip] = cut.strips;
    const input = cropRegion(randomPicture(valuesOf(network.input), 1), 3, wholeMap(plan.maps[0]!), cut.input);
    const run = (strips: TileJob['strips']) => executor.run({ tileId: 1, offers, input, strips, keepIn: null });
    const region = strip!.region;
    const refused = (why: RegExp) =>
      expect.objectContaining({ code: 'DT_TILE_INPUT', message: expect.stringMatching(why) });
    await expect(run([])).rejects.toEqual(refused(/list of strips of 1/));
    for (const before of [1, 2, TILES_AHEAD + 1]) {
      await expect(run([before])).rejects.toEqual(refused(/strip of tile 0 that is not there/));
    }
    const narrower = { ...region, x1: region.x1 - 1 };
    await expect(run([{ region: narrower, data: new Float32Array(0) }])).rejects.toEqual(refused(/not there/));
    await expect(run([{ region, data: new Float32Array(1) }])).rejects.toEqual(refused(/got 1/));
    await executor.release();
  });

  test('a strip of a tile that failed is not there', async () => {
    const network = networkOf([convolution(), convolution()], 12, 12);
    const plan = planFtp(fusedGeometry(network, 2), 2, { rows: 1, columns: 2 });
    const executor = await loadTileExecutor(engine, network, synthesizeWeights(network, 1).weights, plan);
    const picture = randomPicture(valuesOf(network.input), 1);
    const jobOf = (tileId: number, offers: OffersToTile, strips: TileJob['strips']): TileJob => {
      const cut = cutTile(plan, tileId, offers);
      const input = cropRegion(picture, 3, wholeMap(plan.maps[0]!), cut.input);
      return { tileId, offers, input, strips, keepIn: roomForStrips(plan, cut, SIDES) };
    };
    const first = jobOf(0, {}, []);
    const offers = offersToTile(plan, 1, () => offersOfTile(plan, cutTile(plan, 0)));
    const second = (before: number) => jobOf(1, offers, [before]);
    const notThere = expect.objectContaining({ code: 'DT_TILE_INPUT' });
    await expect(executor.run({ ...first, input: new Uint8Array(1) })).rejects.toEqual(notThere);
    await expect(executor.run(second(1))).rejects.toEqual(notThere);
    await executor.run(first);
    await expect(executor.run(second(2))).rejects.toEqual(notThere);
    const { output } = await executor.run(second(2));
    expectSame(output.data, (await executor.run(jobOf(1, {}, []))).output.data);
    await executor.release();
  });
});
