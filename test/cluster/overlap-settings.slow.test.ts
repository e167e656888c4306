import { afterEach, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runUntiled } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

/** Without reuse this plan computes 3.74 times what is needed. */
const WHOLE = 3.73;
const PHOTOS = ['sample1.jpg', 'sample6.jpg', 'sample2.jpg'];

/** What the frames of one cluster took together. */
interface Taken {
  readonly difference: number;
  /** Multiply-accumulates over the needed ones. */
  readonly macs: number;
  readonly bytes: Schemas['FrameTrace']['bytes'];
  readonly devices: number;
}

describe('settings of overlap and wire: the merged output equals the untiled one', () => {
  let cluster: TestCluster | undefined;
  /** By photo: no setting changes what the untiled network gives. */
  const untiled = new Map<string, readonly Float32Array[]>();
  afterEach(() => cluster?.stop());

  async function run(settings: string): Promise<Taken> {
    cluster = await startTestCluster({
      yaml:
        'model: { name: yolov2, weights: synthetic, width: 320, height: 320 }\n' +
        'partition: { grid: 5x5, fusedDepth: 16 }\n' +
        `limits: { keptOutputs: 1 }\n${settings}`,
    });
    const taken = { difference: 0, executed: 0, needed: 0, devices: 0 };
    const bytes = { picture: 0, frame: 0, input: 0, overlap: 0, result: 0, control: 0 };
    for (const photo of PHOTOS) {
      const frame = await submit(cluster.client, samplePhoto(photo), { source: 'e0' });
      expect(frame.failure).toBeNull();
      const merged = await frameOutputs(cluster.client, frame.id);
      const expected =
        untiled.get(photo) ?? (await runUntiled(cluster.config, await frameInput(cluster.client, frame.id, 320)));
      untiled.set(photo, expected);
      const trace = (await cluster.client.call('getFrameTrace', { path: { frame: frame.id } })).json!;
      taken.difference = Math.max(taken.difference, relativeDifference(merged, expected));
      taken.executed += trace.macs.executed;
      taken.needed += trace.macs.needed;
      taken.devices = Math.max(taken.devices, Object.keys(frame.tiles.byDevice).length);
      for (const kind of Object.keys(bytes) as (keyof typeof bytes)[]) bytes[kind] += trace.bytes[kind];
    }
    return { difference: taken.difference, macs: taken.executed / taken.needed, bytes, devices: taken.devices };
  }

  const TIMEOUT = { timeout: 90_000 };

  test.each([
    ['peer', 'always'],
    ['peer', 'cost'],
    ['gateway', 'always'],
    ['gateway', 'cost'],
  ])('strips from the %s, policy %s', TIMEOUT, async (via, policy) => {
    const { difference, macs, bytes, devices } = await run(`overlap: { via: ${via}, policy: ${policy} }`);
    expect(difference).toBeLessThanOrEqual(TOLERANCE.f32);
    expect(macs).toBeLessThan(WHOLE);
    expect(bytes.overlap).toBeGreaterThan(0);
    expect(bytes.control).toBeGreaterThan(0);
    expect(devices).toBe(3);
  });

  test.each(['peer', 'gateway'])('no strip crosses the network with policy never (%s)', TIMEOUT, async (via) => {
    const { difference, macs, bytes, devices } = await run(`overlap: { via: ${via}, policy: never }`);
    expect(difference).toBeLessThanOrEqual(TOLERANCE.f32);
    expect(bytes.overlap).toBe(0);
    expect(macs, 'what a device computed itself is reused').toBeLessThan(WHOLE);
    expect(devices).toBe(3);
  });

  test.each(['peer', 'gateway'])('feature maps in half the bytes (%s)', TIMEOUT, async (via) => {
    const { difference, macs, bytes } = await run(`wire: { maps: f16 }\noverlap: { via: ${via}, policy: always }`);
    expect(difference).toBeGreaterThan(TOLERANCE.f32);
    expect(difference).toBeLessThanOrEqual(TOLERANCE.f16);
    expect(macs).toBeLessThan(WHOLE);
    expect(bytes.overlap).toBeGreaterThan(0);
    // 256 channels of 20 x 20 cells, and what results say of themselves.
    const values = PHOTOS.length * 256 * 20 * 20;
    expect(bytes.result).toBeGreaterThan(2 * values);
    expect(bytes.result).toBeLessThan(3 * values);
  });

  test('the paper to the letter', TIMEOUT, async () => {
    const { difference, macs, devices } = await run('schedule: { faithful: true, steal: { pollMs: 10 } }');
    expect(difference).toBeLessThanOrEqual(TOLERANCE.f32);
    expect(macs).toBeLessThanOrEqual(WHOLE + 0.02);
    expect(devices).toBe(3);
  });
});
