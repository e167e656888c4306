import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { roomForStrips } from '../../server/compute/kept-strips.js';
import { loadTileExecutor, type TileJob } from '../../server/compute/tile-executor.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { DeepThingsError } from '../../server/errors.js';
import { TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import type { DarknetNetwork } from '../../server/formats/darknet/darknet-network.js';
import type { LayerDeclaration } from '../../server/formats/darknet/layers.js';
import { planGraph } from '../../server/geometry/choose-cut.js';
import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import type { Grid } from '../../server/geometry/grid.js';
import { wholeMap } from '../../server/geometry/region.js';
import { SIDES } from '../../server/geometry/reuse/neighbours.js';
import { cutTile } from '../../server/geometry/reuse/tile-cut.js';
import { type OffersToTile, offersOfTile, offersToTile } from '../../server/geometry/reuse/tile-offer.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { TILES_AHEAD } from '../../server/scheduling/device/device-pace.js';
import { cropRegion, valuesOf } from '../../server/tensor/planes.js';
import { ENGINE_CASES } from '../engine/engine-cases.js';
import { convolution } from '../model/small-networks.js';
import { propertyRuns } from '../support/property-runs.js';
import {
  arbitraryDeclarations,
  expectSame,
  networkOf,
  normaliserOf,
  randomPicture,
  weightedGraph,
} from './arbitrary-networks.js';
import { compareTiled, runTiles } from './tiled-graph.js';

interface Case extends fc.WithToStringMethod {
  readonly network: DarknetNetwork;
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
): Case | null {
  try {
    const network = networkOf(declarations, height, width);
    const graph = weightedGraph(network, seed);
    const { output } = network.layers.at(-1)!;
    const grid = finest
      ? { rows: output.height, columns: output.width }
      : { rows: Math.min(cut.rows, output.height), columns: Math.min(cut.columns, output.width) };
    return {
      ...{ network, seed },
      // A plan is long.
      [fc.toStringMethod]: () => JSON.stringify({ declarations, height, width, grid, seed }),
      plan: planGraph(graph, graph.outputs, grid),
      whole: planGraph(graph, graph.outputs, { rows: 1, columns: 1 }),
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

async function runPlan(engine: InferenceEngine, { network }: Case, plan: FtpPlan, picture: Uint8Array) {
  const { merged } = await runTiles(engine, { plan, picture, normalise: normaliserOf(network) });
  return merged[0]!;
}

/**
 * Runs the tiles in a random order; each counts on a random subset of what its finished neighbours offer. Of those that
 * ran a moment before it, some are said to be before it.
 */
async function expectSameWithReuse(engine: InferenceEngine, { network, plan, seed }: Case, picture: Uint8Array) {
  const random = seededRandom(seed, 1);
  const keys = plan.tiles.map(() => random());
  const { maps } = await compareTiled(engine, {
    ...{ plan, picture, normalise: normaliserOf(network) },
    order: [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!),
    isSeen: () => random() < 0.8,
    isFromBefore: () => random() < 0.5,
  });
  for (const { difference } of maps) expect(difference).toBeLessThanOrEqual(TOLERANCE.f32);
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
        await expectSameWithReuse(engine, given, picture);
      }),
      { numRuns: propertyRuns(slow ? 15 : 60) },
    );
  });

  test('a strip that is not there, or has another size, is said and not computed with', async () => {
    const network = networkOf([convolution(), convolution()], 12, 12);
    const graph = weightedGraph(network, 1);
    const plan = planGraph(graph, graph.outputs, { rows: 1, columns: 2 });
    const executor = await loadTileExecutor(engine, plan, normaliserOf(network));
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
    const graph = weightedGraph(network, 1);
    const plan = planGraph(graph, graph.outputs, { rows: 1, columns: 2 });
    const executor = await loadTileExecutor(engine, plan, normaliserOf(network));
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
    const { outputs } = await executor.run(second(2));
    expectSame(outputs[0]!, (await executor.run(jobOf(1, {}, []))).outputs[0]!);
    await executor.release();
  });
});
