import { afterEach, describe, expect, test } from 'vitest';
import type { Schemas } from '../../client/client.js';
import { hasTfjsNode } from '../engine/engine-cases.js';
import { samplePhoto, submit } from '../support/frames.js';
import { type ProcessCluster, startProcessCluster } from '../support/process-cluster.js';

const PHOTOS = ['sample1.jpg', 'sample3.jpg', 'sample5.jpg', 'sample6.jpg'];

// `node scripts/with-tfjs-node.mjs` builds tfjs-node and runs this.
describe.skipIf(!hasTfjsNode)('a cluster of processes on tfjs-node', () => {
  let cluster: ProcessCluster | undefined;
  afterEach(() => cluster?.stop());

  /** Starts a cluster whose every node has this engine, and stops it when it has the photographs' detections. */
  async function detect(engine: string) {
    cluster = await startProcessCluster(`model: { name: face-detector }\nengine: { ${engine} }`, 2);
    const { json: state } = await cluster.client.call('getCluster');
    const engines = [state!.engine, ...state!.devices.map((device) => device.engine!)];
    const frames: Schemas['Frame'][] = [];
    for (const photo of PHOTOS) frames.push(await submit(cluster.client, samplePhoto(photo), { source: 'e0' }));
    await cluster.stop();
    cluster = undefined;
    return { backends: engines.map(({ name, backend }) => [name, backend]), frames };
  }

  test('finds what one on onnxruntime finds', { timeout: 180_000 }, async () => {
    const tfjs = await detect('name: tfjs, backend: auto');
    expect(tfjs.backends).toEqual(Array(3).fill(['tfjs', 'node']));
    expect(tfjs.frames.map(({ state }) => state)).toEqual(PHOTOS.map(() => 'complete'));
    const onnxruntime = await detect('name: onnxruntime');
    const found = ({ frames }: typeof tfjs) =>
      frames.map(({ detections }) => detections!.map(({ box, score }) => [score, ...Object.values(box)] as number[]));
    const [actual, expected] = [found(tfjs), found(onnxruntime)];
    expect(actual.map((faces) => faces.length)).toEqual(expected.map((faces) => faces.length));
    expect(expected.flat().length).toBeGreaterThan(PHOTOS.length);
    for (const [index, value] of actual.flat(2).entries()) expect(value).toBeCloseTo(expected.flat(2)[index]!, 4);
  });
});
