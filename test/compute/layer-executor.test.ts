import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ComputeThread, startComputeThread } from '../../server/compute/compute-thread.js';
import { type LayerExecutor, loadLayerExecutor } from '../../server/compute/layer-executor.js';
import type { ComputeSetup, LayerJob } from '../../server/compute/messages.js';
import { loadTileExecutor } from '../../server/compute/tile-executor.js';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { DeepThingsError } from '../../server/errors.js';
import { wholeTile } from '../../server/evaluation/measure/untiled.js';
import type { DarknetNetwork } from '../../server/formats/darknet/darknet-network.js';
import { planGraph } from '../../server/geometry/choose-cut.js';
import type { FtpPlan } from '../../server/geometry/ftp-plan.js';
import { planBodp, sliceStep } from '../../server/geometry/modnn/bodp-plan.js';
import type { LayerChain } from '../../server/geometry/modnn/layer-chain.js';
import { NO_PADDING, wholeMap } from '../../server/geometry/region.js';
import type { Graph } from '../../server/graph/graph.js';
import { describeModel } from '../../server/model/model-source.js';
import { cropRegion, valuesOf } from '../../server/tensor/planes.js';
import { FAST_ENGINE_CASES } from '../engine/engine-cases.js';
import { convolution, HALVE, networkOf as smallNetwork } from '../model/small-networks.js';
import { propertyRuns } from '../support/property-runs.js';
import {
  arbitraryDeclarations,
  expectSame,
  networkOf,
  normaliserOf,
  randomPicture,
  weightedGraph,
} from './arbitrary-networks.js';
import { runSliced } from './sliced-run.js';

const rows = (y0: number, y1: number, width = 8) => ({ x0: 0, x1: width, y0, y1 });

describe.each(FAST_ENGINE_CASES)('slices, layer by layer, equal the whole, on $label', ({ create }) => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await create();
  });

  async function expectSlicedIsWhole(
    network: DarknetNetwork,
    shares: readonly number[],
    seed: number,
    depth = 0,
  ): Promise<void> {
    const picture = randomPicture(valuesOf(network.input), seed);
    const plan = onePlan(weightedGraph(network, seed), depth);
    const normalise = normaliserOf(network);
    const whole = await loadTileExecutor(engine, plan, normalise);
    // Windows that stride over the last rows or columns do not look at the whole picture.
    const looked = cropRegion(picture, 3, wholeMap(network.input), plan.tiles[0]!.regions[0]!);
    const { outputs } = await whole.run(wholeTile(looked));
    await whole.release();
    expect(outputs[0]!.every(Number.isFinite)).toBe(true);

    const executor = await loadLayerExecutor(engine, plan.chain!, normalise);
    const run = async (job: LayerJob) => ({ data: await executor.run(job) });
    const sliced = await runSliced(planBodp(plan.chain!, shares), picture, run);
    await executor.release();
    expectSame(sliced, outputs[0]!);
  }

  test('random chains and shares', { timeout: 60_000 }, async () => {
    const arbitraryCase = fc
      .record({
        declarations: arbitraryDeclarations,
        height: fc.integer({ min: 7, max: 40 }),
        width: fc.integer({ min: 7, max: 40 }),
        shares: fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: 1, maxLength: 6 }),
        seed: fc.nat({ max: 1000 }),
      })
      .map(({ declarations, height, width, ...more }) => {
        const network = fitting(() => networkOf(declarations, height, width));
        return network && { network, ...more };
      })
      .filter((found) => found !== null);
    await fc.assert(
      fc.asyncProperty(arbitraryCase, ({ network, shares, seed }) => expectSlicedIsWhole(network, shares, seed)),
      { numRuns: propertyRuns(60) },
    );
  });

  test.each([1, 2, 3, 6])('a small YOLOv2-tiny on %i devices', async (devices) => {
    const tiny = describeModel({ name: 'yolov2-tiny', width: 128, height: 128 });
    // Six times convolution and pooling, the last one of stride 1.
    await expectSlicedIsWhole(tiny, Array<number>(devices).fill(1), 5, 12);
  });
});

/** @param depth 0: all of the graph. */
function onePlan(graph: Graph, depth: number): FtpPlan {
  return planGraph(graph, depth === 0 ? graph.outputs : depth, { rows: 1, columns: 1 });
}

/** Null for a chain that does not fit its input, whose windows lie in padding alone, or that begins with what is no layer. */
function fitting(make: () => DarknetNetwork): DarknetNetwork | null {
  try {
    const network = make();
    return onePlan(network.graph, 0).chain === null ? null : network;
  } catch (error) {
    if (error instanceof DeepThingsError) return null;
    throw error;
  }
}

describe('a layer executor', () => {
  const network = smallNetwork({ channels: 3, height: 8, width: 8 }, [convolution({ filters: 2 }), HALVE]);
  const chain = onePlan(weightedGraph(network, 1), 0).chain!;
  const plan = planBodp(chain, [1, 1]);
  const bytes = (y0: number, y1: number) => ({
    region: rows(y0, y1),
    data: new Uint8Array(3 * 8 * (y1 - y0)).fill(y0),
  });
  const values = (y0: number, y1: number) => ({
    region: rows(y0, y1),
    data: Float32Array.from({ length: 2 * 8 * (y1 - y0) }, (_, i) => Math.sin(y0 + i)),
  });
  const job = (layer: number, changes: Partial<LayerJob>): LayerJob => ({
    layer,
    ...sliceStep(plan, layer, 0),
    pieces: [],
    ...changes,
  });
  let executor: LayerExecutor;
  beforeAll(async () => {
    const engine = await createEngine('onnxruntime', { threads: 1 });
    executor = await loadLayerExecutor(engine, chain, normaliserOf(network));
  });
  afterAll(() => executor.release());

  test('takes rows in any order, over one another, and more than it needs', async () => {
    const all = Uint8Array.from({ length: 3 * 8 * 8 }, (_, i) => i);
    const part = (y0: number, y1: number) => ({
      region: rows(y0, y1),
      data: Uint8Array.from([0, 1, 2].flatMap((c) => [...all.subarray(c * 64 + y0 * 8, c * 64 + y1 * 8)])),
    });
    const data = await executor.run(job(0, { pieces: [part(0, 5)] }));
    expect(data).toHaveLength(2 * 4 * 8);
    for (const pieces of [[part(3, 8), part(0, 4)], [part(0, 8)], [part(4, 5), part(7, 8), part(0, 2), part(1, 4)]]) {
      expect(await executor.run(job(0, { pieces }))).toEqual(data);
    }
  });

  test('leaves what it is given as it was', async () => {
    const piece = values(0, 4);
    const before = piece.data.slice();
    expect(await executor.run(job(1, { pieces: [piece] }))).toHaveLength(2 * 2 * 4);
    expect(piece.data).toEqual(before);
  });

  test.each<[string, LayerJob, RegExp]>([
    ['no rows', job(0, { pieces: [] }), /rows 0 to 4, and row 0 is in no piece/],
    ['a missing last row', job(0, { pieces: [bytes(0, 4)] }), /row 4 is in no piece/],
    ['a gap', job(0, { pieces: [bytes(3, 5), bytes(0, 2)] }), /row 2 is in no piece/],
    [
      'a piece of another size',
      job(0, { pieces: [{ ...bytes(0, 5), data: new Uint8Array(7) }] }),
      /needs 120 values for columns 0 to 7, rows 0 to 4, got 7/,
    ],
    ['values for the picture', job(0, { pieces: [{ ...bytes(0, 5), data: new Float32Array(120) }] }), /needs bytes/],
    ['bytes for a map', job(1, { pieces: [{ ...values(0, 4), data: new Uint8Array(64) }] }), /needs values/],
    [
      'pieces too narrow',
      job(1, { pieces: [{ region: rows(0, 4, 7), data: new Float32Array(56) }] }),
      /row 0 is in no piece/,
    ],
    ['nothing to compute', job(0, { input: rows(2, 2), pieces: [bytes(0, 5)] }), /an input within/],
    ['an input beyond the map', job(0, { input: rows(4, 9), pieces: [bytes(4, 8)] }), /an input within/],
    [
      'padding as wide as the window',
      job(0, { padding: { ...NO_PADDING, top: 3 }, pieces: [bytes(0, 5)] }),
      /padding from 0 to 2/,
    ],
    ['a layer that is not fused', { ...job(1, {}), layer: 2 }, /not one of the layers 0 to 1/],
  ])('refuses %s', async (_what, refused, message) => {
    await expect(executor.run(refused)).rejects.toMatchObject({
      code: 'DT_LAYER_INPUT',
      message: expect.stringMatching(message),
    });
  });
});

describe('layers in a compute thread', () => {
  const SIZE = 96;
  const DEPTH = 14;
  const setup: ComputeSetup = {
    model: { name: 'face-detector', width: SIZE, height: SIZE },
    engine: { name: 'onnxruntime', backend: null, threads: 1 },
    stage: { kind: 'fused', depth: DEPTH, grid: { rows: 1, columns: 1 } },
  };
  const chain: LayerChain = onePlan(describeModel(setup.model).graph, DEPTH).chain!;
  const picture = randomPicture(3 * SIZE * SIZE, 3);
  let compute: ComputeThread;
  let whole: Float32Array;
  beforeAll(async () => {
    compute = await startComputeThread(setup);
    whole = (await compute.runTile(wholeTile(picture.slice()))).outputs[0]!;
  });
  afterAll(() => compute.close());

  test.each([[[1]], [[1, 1]], [[3, 1, 2]], [[1, 1, 1, 1, 1]]])('the face detector by shares of %j', async (shares) => {
    const plan = planBodp(chain, shares);
    expectSame(await runSliced(plan, picture, compute.runLayer), whole);
  });

  test('whole buffers are given away, views into larger ones stay', async () => {
    const plan = planBodp(chain, [1]);
    const { input, padding } = sliceStep(plan, 1, 0);
    const { channels, height, width } = plan.maps[1]!;
    const half = { ...input, y1: 10 };
    const rest = { ...input, y0: 10 };
    const given = new Float32Array(channels * width * 10);
    const body = new Float32Array(8 + channels * width * (height - 10));
    const pieces = [
      { region: half, data: given },
      { region: rest, data: body.subarray(8) },
    ];
    const { data, computeMs } = await compute.runLayer({ layer: 1, input, padding, pieces });
    expect(data).toHaveLength(valuesOf(plan.maps[2]!));
    expect(computeMs).toBeGreaterThan(0);
    expect(given).toHaveLength(0);
    expect(body).toHaveLength(8 + channels * width * (height - 10));
  });

  test('a job that lacks rows, or whose rows were given away before, fails alone', async () => {
    const { input, padding } = sliceStep(planBodp(chain, [1]), 0, 0);
    const job = { layer: 0, input, padding, pieces: [{ region: input, data: picture.slice() }] };
    await expect(compute.runLayer({ ...job, pieces: [] })).rejects.toMatchObject({ code: 'DT_LAYER_INPUT' });
    await expect(compute.runLayer(job)).resolves.toHaveProperty('computeMs');
    await expect(compute.runLayer(job)).rejects.toMatchObject({ code: 'DT_LAYER_INPUT' });
    await expect(compute.runTile(wholeTile(picture.slice()))).resolves.toHaveProperty('computeMs');
  });

  test('a thread for the remaining layers does not run them', async () => {
    const remaining = await startComputeThread({ ...setup, stage: { ...setup.stage, kind: 'remaining' } });
    const { input, padding } = sliceStep(planBodp(chain, [1]), 0, 0);
    const pieces = [{ region: input, data: picture.slice() }];
    await expect(remaining.runLayer({ layer: 0, input, padding, pieces })).rejects.toMatchObject({
      code: 'DT_COMPUTE',
    });
    await remaining.close();
  });
});
