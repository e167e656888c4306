import fc from 'fast-check';
import { expect } from 'vitest';
import type { Normalise } from '../../server/compute/tile-executor.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { assembleNetwork } from '../../server/formats/darknet/assemble-network.js';
import type { DarknetNetwork } from '../../server/formats/darknet/darknet-network.js';
import { shapeLayers } from '../../server/formats/darknet/layer-shapes.js';
import type { Activation, LayerDeclaration } from '../../server/formats/darknet/layers.js';
import { weightConstants } from '../../server/formats/darknet/weight-constants.js';
import { synthesizeWeights } from '../../server/formats/darknet/weights/synthetic-weights.js';
import type { Graph } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { normaliseBytes } from '../../server/tensor/normalise.js';

const activation = fc.constantFrom<Activation[]>('linear', 'leaky', 'relu', 'logistic');

const convolution = fc
  .record({
    size: fc.integer({ min: 1, max: 7 }),
    stride: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 6 }),
    activation,
  })
  .chain((given) =>
    fc
      .record({ padding: fc.integer({ min: 0, max: given.size - 1 }), batchNormalize: fc.boolean() })
      .map((more): LayerDeclaration => ({ kind: 'convolutional', groups: 1, ...given, ...more })),
  );

/** Both of Darknet's forms: padded by size - 1, and not at all. */
const pooling = fc
  .record({ size: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 3 }), padded: fc.boolean() })
  .map(
    ({ size, stride, padded }): LayerDeclaration => ({
      kind: 'maxpool',
      size,
      stride,
      totalPadding: padded ? size - 1 : 0,
    }),
  );

/** Chains of convolutions and pooling; not all of them fit a given input. */
export const arbitraryDeclarations: fc.Arbitrary<LayerDeclaration[]> = fc.array(
  fc.oneof({ weight: 3, arbitrary: convolution }, { weight: 2, arbitrary: pooling }),
  { minLength: 1, maxLength: 6 },
);

/** @throws DeepThingsError for a chain that does not fit. */
export function networkOf(declarations: LayerDeclaration[], height: number, width: number): DarknetNetwork {
  const input = { channels: 3, height, width };
  const layers = shapeLayers(input, declarations);
  return {
    ...assembleNetwork('random', input, layers),
    preprocessing: {
      anchor: 'centre',
      fill: [128, 128, 128],
      order: 'bgr',
      mean: [10, 20, 30],
      scale: [1 / 255, 1 / 57, 1 / 100],
    },
    labels: [],
  };
}

/** The graph of a network with synthetic weights. */
export function weightedGraph(network: DarknetNetwork, seed: number): Graph {
  const { graph } = network;
  const { weights } = synthesizeWeights(network, seed);
  return { ...graph, constants: new Map([...graph.constants, ...weightConstants(graph, weights)]) };
}

export function normaliserOf({ preprocessing }: Pick<DarknetNetwork, 'preprocessing'>): Normalise {
  return (bytes, shape) => normaliseBytes(bytes, shape, preprocessing);
}

export function randomPicture(values: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: values }, () => Math.floor(random() * 256));
}

export function expectSame(tiled: Float32Array, untiled: Float32Array): void {
  expect(relativeDifference(tiled, untiled)).toBeLessThanOrEqual(TOLERANCE.f32);
}
