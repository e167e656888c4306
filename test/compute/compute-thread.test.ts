import { afterEach, describe, expect, test } from 'vitest';
import { type ComputeThread, startComputeThread } from '../../server/compute/compute-thread.js';
import type { ComputeSetup } from '../../server/compute/messages.js';
import { wholeTile } from '../../server/evaluation/measure/untiled.js';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { describeModel } from '../../server/model/model-source.js';
import { valuesOf } from '../../server/tensor/planes.js';
import { ENGINE_CASES } from '../engine/engine-cases.js';
import { expectSame, randomPicture } from './arbitrary-networks.js';

const FUSED: ComputeSetup = {
  model: { name: 'face-detector', width: 96, height: 96 },
  engine: { name: 'onnxruntime', backend: null, threads: 1 },
  stage: { kind: 'fused', depth: 3, grid: { rows: 2, columns: 2 } },
};

describe('compute thread', () => {
  let compute: ComputeThread | undefined;
  afterEach(() => compute?.close());

  test('says what it runs and runs it, beside the main thread', async () => {
    compute = await startComputeThread(FUSED);
    expect(compute.engine).toMatchObject({ name: 'onnxruntime', threads: 1 });
    expect(compute.modelDigest).toMatch(/^[0-9a-f]{64}$/);
    const whole = { ...FUSED, stage: { kind: 'fused', depth: 3, grid: { rows: 1, columns: 1 } } } as const;
    const untiled = await startComputeThread(whole);
    const { outputs, computeMs } = await untiled.runTile(wholeTile(new Uint8Array(3 * 96 * 96)));
    await untiled.close();
    const { maps, outputs: numbers } = planGraph(describeModel(FUSED.model).graph, 3, { rows: 1, columns: 1 });
    expect(outputs.map(({ length }) => length)).toEqual(numbers.map((map) => valuesOf(maps[map]!)));
    expect(computeMs).toBeGreaterThan(0);
  });

  test.each(ENGINE_CASES)('runs $label, again after its results were given away', async ({ name, backend }) => {
    const stage = { kind: 'fused', depth: 3, grid: { rows: 1, columns: 1 } } as const;
    compute = await startComputeThread({ ...FUSED, engine: { name, backend, threads: 1 }, stage });
    expect(compute.engine).toMatchObject({ name, threads: 1, ...(backend === null ? {} : { backend }) });
    expect(compute.remark).toBeNull();
    const reference = await startComputeThread({ ...FUSED, stage });
    const picture = randomPicture(3 * 96 * 96, 5);
    const { outputs: expected } = await reference.runTile(wholeTile(picture.slice()));
    await reference.close();
    for (let round = 0; round < 3; round++) {
      expectSame((await compute.runTile(wholeTile(picture.slice()))).outputs[0]!, expected[0]!);
    }
  });

  test('tells the memory of its heap, from the start and after each task', async () => {
    compute = await startComputeThread({ ...FUSED, stage: { ...FUSED.stage, kind: 'remaining' } });
    const { total, used } = compute.heap();
    expect(used).toBeGreaterThan(2 ** 20);
    expect(total).toBeGreaterThanOrEqual(used);
    const before = compute.heap();
    await expect(compute.runRemaining([new Float32Array(1)])).rejects.toThrow();
    expect(compute.heap()).not.toEqual(before);
  });

  test('the digest is the same whatever part of the model is loaded', async () => {
    compute = await startComputeThread(FUSED);
    const remaining = await startComputeThread({ ...FUSED, stage: { ...FUSED.stage, kind: 'remaining' } });
    expect(remaining.modelDigest).toBe(compute.modelDigest);
    await remaining.close();
  });

  test('keeps several requests apart', async () => {
    compute = await startComputeThread({ ...FUSED, stage: { kind: 'fused', depth: 3, grid: { rows: 1, columns: 1 } } });
    const picture = (byte: number) => new Uint8Array(3 * 96 * 96).fill(byte);
    const alone = [];
    for (const byte of [0, 100, 200]) alone.push((await compute.runTile(wholeTile(picture(byte)))).outputs);
    const together = await Promise.all([0, 100, 200].map((byte) => compute!.runTile(wholeTile(picture(byte)))));
    expect(together.map(({ outputs }) => outputs)).toEqual(alone);
  });

  test.each([
    ['an unknown engine', { ...FUSED, engine: { ...FUSED.engine, name: 'abacus' } }, 'DT_ENGINE_NAME'],
    ['an unknown model', { ...FUSED, model: { name: 'yolov99' } }, 'DT_MODEL_NAME'],
    ['a depth beyond the model', { ...FUSED, stage: { ...FUSED.stage, depth: 99 } }, /^DT_/],
  ])('%s is refused with its code', async (_what, setup, code) => {
    await expect(startComputeThread(setup as ComputeSetup)).rejects.toMatchObject({
      code: code instanceof RegExp ? expect.stringMatching(code) : code,
    });
  });

  test('a request of the wrong size fails alone; the next one runs', async () => {
    compute = await startComputeThread({ ...FUSED, stage: { kind: 'fused', depth: 3, grid: { rows: 1, columns: 1 } } });
    await expect(compute.runTile(wholeTile(new Uint8Array(5)))).rejects.toMatchObject({
      code: expect.stringMatching(/^DT_/),
    });
    await expect(compute.runTile(wholeTile(new Uint8Array(3 * 96 * 96)))).resolves.toHaveProperty('computeMs');
  });

  test('closing rejects what is under way and what comes after', async () => {
    const closing = await startComputeThread(FUSED);
    const underWay = closing.runRemaining([new Float32Array(8)]);
    const rejected = expect(underWay).rejects.toMatchObject({ code: 'DT_COMPUTE_CLOSED' });
    await closing.close();
    await rejected;
    await expect(closing.runRemaining([new Float32Array(8)])).rejects.toMatchObject({ code: 'DT_COMPUTE_CLOSED' });
  });

  test('a block that is dropped as the thread closes, or afterwards, rejects nothing', async () => {
    const closing = await startComputeThread(FUSED);
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.once('unhandledRejection', note);
    closing.dropBlock('f-1/1/1');
    await closing.close();
    closing.dropBlock('f-1/1/1');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('closing in the middle of a computation ends the thread, not the process', async () => {
    const setup: ComputeSetup = {
      ...FUSED,
      model: { name: 'face-detector' },
      stage: { kind: 'fused', depth: 14, grid: { rows: 1, columns: 1 } },
    };
    for (let round = 0; round < 4; round++) {
      const closing = await startComputeThread(setup);
      const underWay = closing.runTile(wholeTile(new Uint8Array(3 * 416 * 416)));
      const rejected = expect(underWay).rejects.toMatchObject({ code: 'DT_COMPUTE_CLOSED' });
      // Somewhere within the first of its calls of the engine.
      await new Promise((resolve) => setTimeout(resolve, 2 + round));
      await closing.close();
      await rejected;
    }
  });
});
