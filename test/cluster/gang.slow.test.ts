import { afterEach, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runWholeGraph } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

/** One gang that computed the frame; each stage begins when what it reads has been computed. */
function checkTrace(gang: readonly Schemas['GangAttempt'][], members: number): void {
  expect(gang).toMatchObject([{ attempt: 1, generation: 1, end: null }]);
  const { blocks, endedAtMs, formedAtMs } = gang[0]!;
  expect(blocks).toHaveLength(members);
  for (const { doneAtMs, preparedAtMs, stages, startedAtMs } of blocks) {
    const moments = [formedAtMs, startedAtMs, preparedAtMs, ...stages.flatMap((one) => [one.beganAtMs, one.endedAtMs])];
    expect([...moments, doneAtMs, endedAtMs]).toEqual([...moments, doneAtMs, endedAtMs].toSorted((a, b) => a! - b!));
    for (const { beganAtMs, computeMs, endedAtMs } of stages) expect(computeMs).toBeLessThan(endedAtMs - beganAtMs + 1);
    expect(stages.flatMap(({ sent }) => sent).length > 0).toBe(members > 1);
  }
}

test('strips and results may travel as F16', { timeout: 60_000 }, async () => {
  const yaml = 'model: { name: nanodet }\nwire: { maps: f16 }\nlimits: { keptOutputs: 1 }';
  cluster = await startTestCluster({ yaml, devices: 3 });
  const frame = await submit(cluster.client, samplePhoto('sample2.jpg'), { strategy: 'gang' });
  expect(frame).toMatchObject({ state: 'complete', failure: null });
  const whole = await runWholeGraph(cluster.config, await frameInput(cluster.client, frame.id, 416));
  const difference = relativeDifference(await frameOutputs(cluster.client, frame.id), whole);
  expect(difference).toBeLessThanOrEqual(TOLERANCE.f16);
  expect(difference, 'rounded').toBeGreaterThan(TOLERANCE.f32);
});

test.each([
  { devices: 1, strategies: ['gang', 'whole'] },
  { devices: 2, strategies: ['gang'] },
  { devices: 3, strategies: ['gang', 'whole', 'gang', 'ftp-wst-s'] },
  { devices: 6, strategies: ['gang'] },
] as const)(
  '$devices devices: $strategies give the maps and the detections of the whole graph',
  { timeout: 90_000 },
  async ({ devices, strategies }) => {
    cluster = await startTestCluster({ yaml: 'model: { name: nanodet }\nlimits: { keptOutputs: 1 }', devices });
    const { client } = cluster;
    let whole: readonly Float32Array[] | null = null;
    let found: unknown = null;
    for (const strategy of strategies) {
      const frame = await submit(client, samplePhoto('sample2.jpg'), { strategy });
      expect(frame).toMatchObject({ state: 'complete', failure: null, strategy });
      const boxes = frame.detections!.map(({ label, score }) => `${label} ${score.toFixed(3)}`);
      found ??= boxes;
      expect(boxes).toEqual(found);
      const { gang, macs, tiles } = (await client.call('getFrameTrace', { path: { frame: frame.id } })).json!;
      if (strategy === 'ftp-wst-s') {
        expect([gang, frame.tiles.bands]).toEqual([undefined, undefined]);
        continue;
      }
      checkTrace(gang!, strategy === 'gang' ? devices : 1);
      expect(frame.tiles.bands).toEqual(gang![0]!.bands);
      expect(macs.executed / macs.needed, 'halos are computed twice').toBeGreaterThanOrEqual(1 - 1e-9);
      expect(macs.executed / macs.needed).toBeLessThan(devices === 1 || strategy === 'whole' ? 1 + 1e-9 : 3);
      const sent = gang![0]!.blocks.flatMap(({ stages }) => stages.flatMap((stage) => stage.sent));
      const bytes = sent.reduce((sum, body) => sum + body.bytes, 0);
      expect(tiles.reduce((sum, { overlapBytes }) => sum + overlapBytes, 0)).toBeLessThanOrEqual(bytes);
      // Members decode their cells where their maps are not kept.
      const decoded = await submit(client, samplePhoto('sample2.jpg'), { strategy, output: false });
      expect(decoded.detections, 'decoded by the members').toEqual(frame.detections);
      expect(decoded.inputDigest, 'devices alone decode the picture').toBeNull();
      await expect(frameOutputs(client, decoded.id)).rejects.toThrow();
      expect(Object.keys(frame.tiles.byDevice)).toHaveLength(strategy === 'gang' ? devices : 1);
      whole ??= await runWholeGraph(cluster.config, await frameInput(client, frame.id, 416));
      const merged = await frameOutputs(client, frame.id);
      expect(relativeDifference(merged, whole)).toBeLessThanOrEqual(TOLERANCE.f32);
    }
  },
);
