import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Normalise } from '../../server/compute/tile-executor.js';
import { createEngine } from '../../server/engine/engines.js';
import type { InferenceEngine } from '../../server/engine/inference-engine.js';
import { DeepThingsError } from '../../server/errors.js';
import { planGraph } from '../../server/geometry/choose-cut.js';
import { bandsOf } from '../../server/geometry/gang/bands.js';
import { planLayerGang } from '../../server/geometry/gang/layer-gang.js';
import type { Graph } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { valuesOf } from '../../server/tensor/planes.js';
import { floats, node, sketchGraph } from '../graph/test-graphs.js';
import { convolution, HALVE } from '../model/small-networks.js';
import { propertyRuns } from '../support/property-runs.js';
import {
  arbitraryDeclarations,
  expectSame,
  networkOf,
  normaliserOf,
  randomPicture,
  weightedGraph,
} from './arbitrary-networks.js';
import { runGang } from './gang.js';
import { runWhole } from './tiled-graph.js';

/** Gangs of 1, 2, 3, 4 and 6 by their members' shares; with the last of them some members have no rows of the last map. */
const GANGS = [
  [1],
  [1, 1],
  [3, 1],
  [1, 1, 1],
  [2, 1, 4],
  [1, 1, 1, 1],
  [4, 1, 2, 3],
  [1, 1, 1, 1, 1, 1],
  [9, 1, 9, 1, 1, 9],
];

/** The first layers of a YOLO, narrower. */
const DARKNET = [
  convolution(),
  HALVE,
  convolution(),
  HALVE,
  convolution(),
  convolution({ size: 1, padding: 0 }),
  convolution(),
];

/** A chain that Darknet has not: windows of 5 and of 3 with a step of 2, activations as nodes of their own. */
function smallGraph(): Graph {
  const random = seededRandom(7);
  const weights = (shape: readonly number[]) =>
    floats(
      Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => random() - 0.5),
      shape,
    );
  const window = (kernel: number, stride: number, pad: number) => ({
    kernel_shape: { integers: [kernel, kernel] },
    strides: { integers: [stride, stride] },
    pads: { integers: [pad, pad, pad, pad] },
  });
  return sketchGraph(
    [1, 3, 29, 24],
    [
      node('Conv', ['x', weights([4, 3, 5, 5])], 'a', window(5, 1, 2)),
      node('Relu', ['a'], 'b'),
      node('MaxPool', ['b'], 'c', window(3, 2, 1)),
      node('Conv', ['c', weights([5, 4, 3, 3])], 'd', window(3, 2, 1)),
      node('Sigmoid', ['d'], 'e'),
      node('Conv', ['e', weights([2, 5, 3, 3])], 'f', window(3, 1, 1)),
    ],
  );
}

describe('a gang that exchanges strips after every layer (MoDNN)', () => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await createEngine('onnxruntime', { threads: 1 });
  });

  /** @returns false for a graph that is no chain of layers. */
  async function compare(graph: Graph, normalise: Normalise, shares: readonly number[], seed = 1): Promise<boolean> {
    const { chain } = planGraph(graph, graph.outputs, { rows: 1, columns: 1 });
    if (chain === null) return false;
    const plan = planLayerGang(chain);
    const picture = randomPicture(valuesOf(chain.maps[0]!), seed);
    const { merged } = await runGang(engine, { plan, bands: bandsOf(shares), picture, normalise, wire: 'f32' });
    const right = await runWhole(engine, graph, plan.stage.values, normalise(picture, chain.maps[0]!));
    expectSame(merged[0]!, right.get(plan.stage.values[0]!)!.data as Float32Array);
    return true;
  }

  it.each(GANGS)('gives what the whole network gives, with members of %s', async (...shares) => {
    const network = networkOf(DARKNET, 28, 21);
    expect(await compare(weightedGraph(network, 3), normaliserOf(network), shares)).toBe(true);
    const normalise: Normalise = (bytes) => Float32Array.from(bytes, (byte) => byte / 255 - 0.5);
    expect(await compare(smallGraph(), normalise, shares)).toBe(true);
  });

  it('does so whatever the chain and the shares', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        arbitraryDeclarations,
        fc.integer({ min: 5, max: 24 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        fc.nat(1_000),
        async (declarations, height, shares, seed) => {
          let network: ReturnType<typeof networkOf>;
          try {
            network = networkOf(declarations, height, 9);
          } catch (error) {
            if (error instanceof DeepThingsError) return;
            throw error;
          }
          const graph = weightedGraph(network, seed);
          if (await compare(graph, normaliserOf(network), shares, seed)) compared++;
        },
      ),
      { numRuns: propertyRuns(200) },
    );
    expect(compared).toBeGreaterThan(20);
  });
});
