import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../server/engine/engines.js';
import type { InferenceEngine, LoadedNetwork } from '../../../server/engine/inference-engine.js';
import type { Tfjs } from '../../../server/engine/tfjs/tfjs-backend.js';
import { synthesizeWeights } from '../../../server/formats/darknet/weights/synthetic-weights.js';
import type { Graph } from '../../../server/graph/graph.js';
import { convolution, HALVE, networkOf } from '../../model/small-networks.js';
import { collectGarbage } from '../../support/garbage.js';
import { type EngineGraph, loadLayers } from '../../support/load-layers.js';
import { OPERATOR_CASES } from '../operator-cases.js';

const tfjs = createRequire(import.meta.url)('@tensorflow/tfjs-core') as Tfjs;

/** Every kind of layer, with maps that are read late and one that nobody reads. */
const network = networkOf({ channels: 4, height: 8, width: 8 }, [
  convolution({ filters: 8 }),
  convolution({ filters: 8, groups: 8 }),
  convolution({ filters: 8, groups: 2, activation: 'logistic' }),
  { kind: 'maxpool', size: 2, stride: 1, totalPadding: 1 },
  { kind: 'route', layers: [0] },
  { kind: 'reorg', stride: 2 },
  { kind: 'route', layers: [5] },
  HALVE,
  convolution({ activation: 'relu' }),
]);
const graph: EngineGraph = {
  name: 'every kind',
  firstLayer: 0,
  layers: network.layers,
  weights: synthesizeWeights(network, 3).weights,
  padding: 'layers',
};
const block = { data: new Float32Array(4 * 8 * 8).fill(0.5), shape: network.input };

describe.each(['wasm', 'cpu'])('%s', (backend) => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine('tfjs', { backend });
  });

  it('keeps the weights of each convolution and nothing of a run', async () => {
    const before = tfjs.memory();
    const loaded = await loadLayers(engine, graph);
    const resting = tfjs.memory();
    // Weights and bias of three convolutions, and two of each for the one in two groups.
    expect(resting.numTensors - before.numTensors).toBe(10);
    const values = [...graph.weights.values()].reduce(
      (sum, { weights, bias }) => sum + weights.length + bias.length,
      0,
    );
    expect(resting.numBytes - before.numBytes).toBe(4 * values);
    for (let round = 0; round < 3; round++) await loaded.run(block);
    expect(tfjs.memory()).toMatchObject({ numTensors: resting.numTensors, numBytes: resting.numBytes });
    await loaded.release();
    expect(tfjs.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
  });

  it('keeps nothing of a run that fails', async () => {
    const loaded = await loadLayers(engine, { ...graph, layers: graph.layers.slice(0, 4), padding: 'caller' });
    const resting = tfjs.memory().numTensors;
    const small = { data: new Float32Array(4 * 4 * 4), shape: { channels: 4, height: 4, width: 4 } };
    await expect(loaded.run(small)).rejects.toMatchObject({ code: 'DT_ENGINE_RUN' });
    expect(tfjs.memory().numTensors).toBe(resting);
    await loaded.release();
  });

  it('lets a map go as soon as nobody reads it any more', async () => {
    const chain = networkOf({ channels: 4, height: 8, width: 8 }, Array(12).fill(convolution()));
    const loaded = await loadLayers(engine, {
      ...graph,
      layers: chain.layers,
      weights: synthesizeWeights(chain, 3).weights,
    });
    const { numTensors } = tfjs.memory();
    const { kernels } = await tfjs.profile(async () => {
      await loaded.run(block);
      return [];
    });
    expect(kernels.length).toBeGreaterThan(chain.layers.length);
    const peak = Math.max(...kernels.map(({ totalTensorsSnapshot }) => totalTensorsSnapshot));
    expect(peak - numTensors).toBeLessThan(6);
    await loaded.release();
  });

  it('keeps nothing of a graph once it is loaded, whatever the operator', async () => {
    const buffers: WeakRef<ArrayBufferLike>[] = [];
    const load = ({ constants, ...sketch }: Graph) => {
      const copies = [...constants].map(([name, one]) => [name, { ...one, bytes: one.bytes.slice() }] as const);
      for (const [, { bytes }] of copies) buffers.push(new WeakRef(bytes.buffer));
      return engine.loadGraph({ ...sketch, constants: new Map(copies) });
    };
    const networks: LoadedNetwork[] = [];
    for (const { graph: sketch } of OPERATOR_CASES) networks.push(await load(sketch));
    const left = () => buffers.filter((buffer) => buffer.deref() !== undefined);
    // What machine code of the last loads still names goes in one of the next runs.
    for (let round = 0; round < 10 && (round === 0 || left().length > 0); round++) await collectGarbage();
    expect(buffers.length).toBeGreaterThan(500);
    expect(left()).toEqual([]);
    for (const network of networks) await network.release();
  });
});
