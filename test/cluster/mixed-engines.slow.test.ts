import { afterEach, describe, expect, test } from 'vitest';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

const WASM = 'engine: { name: tfjs, backend: wasm }';

describe('devices with different engines', () => {
  let cluster: TestCluster | undefined;
  afterEach(() => cluster?.stop());

  test('YOLOv2 608x608, 5x5: two devices on onnxruntime and one on tfjs', { timeout: 120_000 }, async () => {
    cluster = await startTestCluster({
      yaml:
        'model: { name: yolov2, weights: synthetic }\n' +
        'partition: { grid: 5x5, fusedDepth: 16 }\n' +
        'limits: { keptOutputs: 1 }',
      deviceKeys: ['', '', WASM],
    });
    const { json: state } = await cluster.client.call('getCluster');
    const engines = state!.devices.map(({ engine }) => [engine!.name, engine!.backend]);
    expect(engines).toEqual([
      ['onnxruntime', undefined],
      ['onnxruntime', undefined],
      ['tfjs', 'wasm'],
    ]);
    expect(state!.engine).toMatchObject({ name: 'onnxruntime', threads: 1 });

    // The source computes tiles of its own, whatever the others steal.
    const frame = await submit(cluster.client, samplePhoto('sample1.jpg'), { source: 'e2' });
    expect([frame.state, frame.failure]).toEqual(['complete', null]);
    expect(frame.tiles.done).toBe(25);
    expect(frame.tiles.byDevice.e2).toBeGreaterThan(0);
    expect(Object.keys(frame.tiles.byDevice).length, 'idle devices steal').toBeGreaterThan(1);
    const input = await frameInput(cluster.client, frame.id, 608);
    const merged = await frameOutputs(cluster.client, frame.id);
    expect(relativeDifference(merged, await runUntiled(cluster.config, input))).toBeLessThanOrEqual(TOLERANCE.f32);
  });

  test('a gateway on tfjs runs the remaining layers', { timeout: 60_000 }, async () => {
    const photo = samplePhoto('sample3.jpg');
    const found = [];
    for (const engine of ['name: onnxruntime', 'name: tfjs, backend: wasm']) {
      cluster = await startTestCluster({
        yaml: `model: { name: face-detector }\nengine: { ${engine} }`,
        devices: 1,
        deviceKeys: ['engine: { name: onnxruntime }'],
      });
      const { json: state } = await cluster.client.call('getCluster');
      const [device] = state!.devices;
      const frame = await submit(cluster.client, photo);
      found.push({ gateway: state!.engine.name, device: device!.engine!.name, plan: state!.plan.digest, frame });
      await cluster.stop();
      cluster = undefined;
    }
    const [onnxruntime, tfjs] = found;
    expect([onnxruntime!.gateway, tfjs!.gateway]).toEqual(['onnxruntime', 'tfjs']);
    expect([onnxruntime!.device, tfjs!.device]).toEqual(['onnxruntime', 'onnxruntime']);
    expect(tfjs!.plan, 'nodes with different engines follow one plan').toBe(onnxruntime!.plan);
    const scores = (of: typeof onnxruntime) => of!.frame.detections!.map(({ score }) => score);
    expect(scores(tfjs)).toHaveLength(3);
    for (const [index, score] of scores(onnxruntime).entries()) expect(scores(tfjs)[index]).toBeCloseTo(score, 3);
  });
});
