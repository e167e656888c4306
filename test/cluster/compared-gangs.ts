import { expect } from 'vitest';
import { frameInput, frameOutputs } from '../../server/evaluation/measure/frame-tensors.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { runWholeGraph } from '../../server/evaluation/measure/untiled.js';
import { samplePhoto, submit } from '../support/frames.js';
import { startTestCluster, type TestCluster, type TestClusterOptions } from '../support/test-cluster.js';

/** The sections of cluster.yaml of every cluster here. */
export const NANODET = `model: { name: nanodet }
limits: { keptOutputs: 2 }
schedule: { heartbeat: { intervalMs: 200 } }`;

/** A cluster whose frames of one photograph are compared with NanoDet's whole graph. */
export interface ComparedCluster {
  readonly cluster: TestCluster;
  /** Submits a frame, which is to have the maps of the whole graph. Returns the ids of its members, sorted. */
  members(strategy?: 'gang' | 'whole'): Promise<string[]>;
  /** Returns each device's id and state, `e0 live`. */
  states(): Promise<string[]>;
}

/** The maps of the whole graph: those of every frame of the photograph. */
let whole: readonly Float32Array[] | undefined;

export async function startCompared(
  devices: number,
  options: Partial<TestClusterOptions> = {},
): Promise<ComparedCluster> {
  const cluster = await startTestCluster({ yaml: NANODET, devices, ...options });
  const { client, config } = cluster;
  return {
    cluster,
    async members(strategy = 'gang') {
      const frame = await submit(client, samplePhoto('sample2.jpg'), { strategy });
      expect(frame).toMatchObject({ state: 'complete', failure: null });
      whole ??= await runWholeGraph(config, await frameInput(client, frame.id, 416));
      expect(relativeDifference(await frameOutputs(client, frame.id), whole)).toBeLessThanOrEqual(TOLERANCE.f32);
      return Object.keys(frame.tiles.byDevice).sort();
    },
    async states() {
      const { devices: all } = (await client.call('getCluster')).json!;
      return all.map(({ device, state }) => `${device} ${state}`);
    },
  };
}
