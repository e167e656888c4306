import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { bandsOf } from '../../server/geometry/gang/bands.js';
import { gangBytes } from '../../server/geometry/gang/layer-gang.js';
import { intersectRegions, regionArea, wholeMap } from '../../server/geometry/region.js';
import { planCluster } from '../../server/node/cluster-plan.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

type Strategy = Schemas['Strategy'];

const STRATEGIES: readonly Strategy[] = ['ftp-wst-s', 'ftp-wst', 'ftp-wsh', 'modnn'];
/** Facts and names of tensors beside the values, a body. */
const HEADER_BYTES = 1_024;

const traceOf = async ({ client }: TestCluster, frame: string) =>
  (await client.call('getFrameTrace', { path: { frame } })).json!;

describe('YOLOv2 608x608, synthetic weights, 16 fused layers, 5x5, three devices', () => {
  let cluster: TestCluster;
  let whole: readonly Float32Array[] | undefined;
  beforeAll(async () => {
    cluster = await startTestCluster({
      yaml:
        'model: { name: yolov2, weights: synthetic }\n' +
        'partition: { grid: 5x5, fusedDepth: 16 }\n' +
        'limits: { keptOutputs: 1 }',
    });
  });
  afterAll(() => cluster?.stop());

  test.each(STRATEGIES)('%s: the merged output equals the untiled one', { timeout: 90_000 }, async (strategy) => {
    const frame = await submit(cluster.client, samplePhoto('sample1.jpg'), { strategy });
    expect(frame).toMatchObject({ state: 'complete', failure: null, strategy });
    whole ??= await runUntiled(cluster.config, await frameInput(cluster.client, frame.id, 608));
    expect(relativeDifference(await frameOutputs(cluster.client, frame.id), whole)).toBeLessThanOrEqual(TOLERANCE.f32);
  });

  test('ftp-wsh: devices take turns, and the frame, the inputs and the output travel once', async () => {
    const frame = await submit(cluster.client, samplePhoto('sample1.jpg'), { strategy: 'ftp-wsh', source: 'e1' });
    expect(frame.tiles.byDevice).toEqual({ e0: 9, e1: 8, e2: 8 });
    const { bytes, macs } = await traceOf(cluster, frame.id);
    const { cost } = await planCluster(cluster.config);
    const bodies = 25 * HEADER_BYTES;
    const within = (got: number, values: number, room: number) => {
      expect(got).toBeGreaterThan(values);
      expect(got).toBeLessThan(values + room);
    };
    within(bytes.frame, cost.frameBytes, HEADER_BYTES);
    // Bars around the picture do not travel.
    const { plan } = await planCluster(cluster.config);
    const { left, top, width, height } = frame.placement;
    const picture = { x0: left, x1: left + width, y0: top, y1: top + height };
    const inputs = plan.tiles.reduce(
      (sum, { regions }) => sum + 3 * regionArea(intersectRegions(regions[0]!, picture)),
      0,
    );
    expect(inputs).toBeLessThan(0.75 * cost.inputBytes);
    within(bytes.input, inputs, bodies);
    within(bytes.result, cost.outputBytes, bodies);
    expect(bytes.overlap).toBe(0);
    expect(macs).toEqual({ executed: cost.macs, needed: cost.neededMacs });
  });

  test('modnn: nothing is computed twice, and what travels is what the plan says', async () => {
    const frame = await submit(cluster.client, samplePhoto('sample1.jpg'), { strategy: 'modnn', source: 'e2' });
    expect(frame.tiles).toMatchObject({ total: 3, done: 3, byDevice: { e0: 1, e1: 1, e2: 1 } });
    const { bytes, macs, tiles } = await traceOf(cluster, frame.id);
    expect(macs.executed).toBe(macs.needed);
    const { layerGang, plan } = await planCluster(cluster.config);
    const shares = tiles.map((tile) => tile.macs!);
    // Devices of one machine: the blocks differ with what was measured of them, but not by much.
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThan(4);
    const values = gangBytes(layerGang!, bandsOf([1, 1, 1]), { inputBytesPerValue: 1, mapBytesPerValue: 4 });
    const frameBytes = regionArea(wholeMap(plan.maps[0]!)) * plan.maps[0]!.channels;
    // Strips go up to the gateway and down from there.
    const expected = { frame: frameBytes, ...values, overlap: 2 * values.strips };
    const layers = 3 * 16 * 2 * HEADER_BYTES;
    for (const kind of ['frame', 'input', 'overlap', 'result'] as const) {
      // Where blocks meet does not change how many rows cross; the picture's rows at odd places may.
      expect(bytes[kind], kind).toBeGreaterThan(0.97 * expected[kind]);
      expect(bytes[kind], kind).toBeLessThan(1.03 * expected[kind] + layers);
    }
  });

  test.each(['ftp-wsh', 'modnn'] as const)('%s: frames of two sources come one after the other', async (strategy) => {
    const photos = ['sample1.jpg', 'sample5.jpg'].map(samplePhoto);
    const alone = [];
    for (const photo of photos) alone.push(await submit(cluster.client, photo, { strategy }));
    const together = await Promise.all(
      photos.map((photo, i) => submit(cluster.client, photo, { strategy, source: `e${i}` })),
    );
    for (const [i, frame] of together.entries()) {
      expect(frame.state).toBe('complete');
      expect(frame.detections).toEqual(alone[i]!.detections);
    }
  });
});

describe('with wire.padding', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({
      yaml: 'model: { name: face-detector }\npartition: { grid: 4x4, fusedDepth: 8 }\nwire: { padding: true }',
      devices: 2,
    });
  });
  afterAll(() => cluster?.stop());

  test('ftp-wsh: inputs travel whole, as the plan has them', async () => {
    const frame = await submit(cluster.client, samplePhoto('sample1.jpg'), { strategy: 'ftp-wsh' });
    const { bytes } = await traceOf(cluster, frame.id);
    const { cost } = await planCluster(cluster.config);
    expect(bytes.input).toBeGreaterThan(cost.inputBytes);
    expect(bytes.input).toBeLessThan(cost.inputBytes + 16 * HEADER_BYTES);
  });
});

describe('a frame that a device submits itself', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster({
      yaml: 'model: { name: face-detector }\nschedule: { strategy: modnn }',
      devices: 2,
    });
  });
  afterAll(() => cluster?.stop());

  test('is shared out as cluster.yaml says', async () => {
    const frame = await submit(cluster.clientOf('e1'), samplePhoto('sample3.jpg'));
    expect(frame).toMatchObject({ state: 'complete', source: 'e1', strategy: 'modnn' });
    expect(frame.detections).toHaveLength(3);
  });
});
