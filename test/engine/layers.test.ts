import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FeatureBlock, InferenceEngine } from '../../server/engine/inference-engine.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { ACTIVATIONS } from '../../server/formats/darknet/activations.js';
import type { DarknetNetwork } from '../../server/formats/darknet/darknet-network.js';
import type {
  ConnectedLayer,
  ConvolutionalLayer,
  LayerDeclaration,
  MaxPoolLayer,
  ReorgLayer,
} from '../../server/formats/darknet/layers.js';
import { synthesizeWeights } from '../../server/formats/darknet/weights/synthetic-weights.js';
import type { MapShape } from '../../server/geometry/region.js';
import { builtInModel } from '../../server/model/built-in/registry.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { convolution, HALVE, networkOf } from '../model/small-networks.js';
import { type EngineGraph, loadLayers } from '../support/load-layers.js';
import { propertyRuns } from '../support/property-runs.js';
import { ENGINE_CASES } from './engine-cases.js';
import { connect, convolve, pool, reorganize, surround } from './reference-layers.js';

const RUNS = { numRuns: propertyRuns(40) };

/** Layers `from` to `to`, the last not included, with synthetic weights. */
function graphOf(
  network: DarknetNetwork,
  padding: EngineGraph['padding'],
  from = 0,
  to = network.layers.length,
): EngineGraph {
  return {
    name: `layers ${from} to ${to}`,
    firstLayer: from,
    layers: network.layers.slice(from, to),
    weights: synthesizeWeights(network, 7, { start: from, end: to }).weights,
    padding,
  };
}

function randomBlock(shape: MapShape, seed: number): FeatureBlock {
  const random = seededRandom(seed);
  return {
    data: Float32Array.from({ length: shape.channels * shape.height * shape.width }, () => random() - 0.5),
    shape,
  };
}

const shapes = (channels: fc.Arbitrary<number>) =>
  fc.record({ channels, height: fc.integer({ min: 5, max: 14 }), width: fc.integer({ min: 5, max: 14 }) });

const convolutions = fc
  .record({
    groups: fc.constantFrom(1, 2, 4),
    filtersPerGroup: fc.integer({ min: 1, max: 3 }),
    channelsPerGroup: fc.integer({ min: 1, max: 3 }),
    size: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 4 }),
    activation: fc.constantFrom(...ACTIVATIONS),
  })
  .filter(({ size, padding }) => padding < size)
  .chain(({ filtersPerGroup, channelsPerGroup, ...options }) =>
    fc.tuple(
      shapes(fc.constant(channelsPerGroup * options.groups)),
      fc.constant(convolution({ ...options, filters: filtersPerGroup * options.groups })),
    ),
  );

const poolings = fc
  .record({
    size: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    totalPadding: fc.integer({ min: 0, max: 6 }),
  })
  .filter(({ size, totalPadding }) => Math.ceil(totalPadding / 2) < size)
  .chain((options) =>
    fc.tuple(shapes(fc.integer({ min: 1, max: 3 })), fc.constant<LayerDeclaration>({ kind: 'maxpool', ...options })),
  );

describe.each(ENGINE_CASES)('$label', ({ create }) => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await create();
  });

  async function runOnce(graph: EngineGraph, block: FeatureBlock): Promise<FeatureBlock> {
    const loaded = await loadLayers(engine, graph);
    try {
      return await loaded.run(block);
    } finally {
      await loaded.release();
    }
  }

  describe('layers', () => {
    it('convolves as the definition says, in groups and depthwise as well', async () => {
      await fc.assert(
        fc.asyncProperty(convolutions, fc.nat(), async ([input, declaration], seed) => {
          const network = networkOf(input, [declaration]);
          const block = randomBlock(input, seed);
          const graph = graphOf(network, 'layers');
          const output = await runOnce(graph, block);
          const expected = convolve(network.layers[0] as ConvolutionalLayer, graph.weights.get(0)!, block.data);
          expect(output.shape).toEqual(network.layers[0]!.output);
          expect(relativeDifference(output.data, expected)).toBeLessThanOrEqual(TOLERANCE.f32);
        }),
        RUNS,
      );
    });

    it('pools as Darknet does, on odd maps and with padding on either side', async () => {
      await fc.assert(
        fc.asyncProperty(poolings, fc.nat(), async ([input, declaration], seed) => {
          const network = networkOf(input, [declaration]);
          const block = randomBlock(input, seed);
          const output = await runOnce(graphOf(network, 'layers'), block);
          expect(output.shape).toEqual(network.layers[0]!.output);
          expect(output.data).toEqual(pool(network.layers[0] as MaxPoolLayer, block.data));
        }),
        RUNS,
      );
    });

    it('gives the same on a block that the caller padded', async () => {
      const cases = fc.oneof(convolutions, poolings);
      await fc.assert(
        fc.asyncProperty(cases, fc.nat(), async ([input, declaration], seed) => {
          const network = networkOf(input, [declaration]);
          const layer = network.layers[0] as ConvolutionalLayer | MaxPoolLayer;
          const block = randomBlock(input, seed);
          const isPool = layer.kind === 'maxpool';
          const before = isPool ? Math.floor(layer.totalPadding / 2) : layer.padding;
          const behind = (extent: number, cells: number) =>
            Math.max(0, (cells - 1) * layer.stride + layer.size - before - extent);
          const padded = surround(
            block,
            before,
            [behind(input.height, layer.output.height), behind(input.width, layer.output.width)],
            isPool ? Number.NEGATIVE_INFINITY : 0,
          );
          const whole = await runOnce(graphOf(network, 'layers'), block);
          const byCaller = await runOnce(graphOf(network, 'caller'), padded);
          expect(byCaller.shape).toEqual(whole.shape);
          expect(relativeDifference(byCaller.data, whole.data)).toBeLessThanOrEqual(TOLERANCE.f32);
        }),
        RUNS,
      );
    });

    it('reorganizes as Darknet does', async () => {
      const sizes = fc.record({
        stride: fc.integer({ min: 1, max: 3 }),
        depth: fc.integer({ min: 1, max: 3 }),
        rows: fc.integer({ min: 1, max: 4 }),
        columns: fc.integer({ min: 1, max: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(sizes, fc.nat(), async ({ stride, depth, rows, columns }, seed) => {
          const input = { channels: depth * stride * stride, height: rows * stride, width: columns * stride };
          const network = networkOf(input, [{ kind: 'reorg', stride }]);
          const block = randomBlock(input, seed);
          const output = await runOnce(graphOf(network, 'layers'), block);
          expect(output.shape).toEqual(network.layers[0]!.output);
          expect(output.data).toEqual(reorganize(network.layers[0] as ReorgLayer, block.data));
        }),
        RUNS,
      );
    });

    it('connects every output to the whole map', async () => {
      const cases = fc.record({
        outputs: fc.integer({ min: 1, max: 6 }),
        activation: fc.constantFrom('linear' as const, 'relu' as const, 'mish' as const),
      });
      await fc.assert(
        fc.asyncProperty(shapes(fc.integer({ min: 1, max: 3 })), cases, fc.nat(), async (input, options, seed) => {
          const network = networkOf(input, [
            { kind: 'connected', batchNormalize: false, ...options },
            { kind: 'dropout' },
          ]);
          const block = randomBlock(input, seed);
          const graph = graphOf(network, 'layers');
          const output = await runOnce(graph, block);
          expect(output.shape).toEqual({ channels: options.outputs, height: 1, width: 1 });
          const { weights, bias } = graph.weights.get(0)!;
          const expected = connect(network.layers[0] as ConnectedLayer, { weights, bias }, block.data);
          // Terms of both signs may cancel to almost nothing, and leave the rounding of each.
          const terms = connect(
            { ...(network.layers[0] as ConnectedLayer), activation: 'linear' },
            { weights: weights.map(Math.abs), bias: bias.map(Math.abs) },
            block.data.map(Math.abs),
          );
          for (const [i, value] of output.data.entries()) {
            expect(Math.abs(value - expected[i]!)).toBeLessThan(TOLERANCE.f32 * terms[i]!);
          }
        }),
        RUNS,
      );
    });

    it('averages each channel', async () => {
      const network = networkOf({ channels: 3, height: 5, width: 7 }, [{ kind: 'avgpool' }]);
      const block = randomBlock(network.input, 4);
      const output = await runOnce(graphOf(network, 'layers'), block);
      expect(output.shape).toEqual({ channels: 3, height: 1, width: 1 });
      const means = [0, 1, 2].map((c) => block.data.slice(35 * c, 35 * (c + 1)).reduce((sum, x) => sum + x, 0) / 35);
      expect(relativeDifference(output.data, Float32Array.from(means))).toBeLessThanOrEqual(TOLERANCE.f32);
    });

    it('takes blocks of any size where the caller pads', async () => {
      const network = networkOf({ channels: 3, height: 12, width: 12 }, [convolution({ padding: 0 }), HALVE]);
      const loaded = await loadLayers(engine, graphOf(network, 'caller'));
      const small = await loaded.run(randomBlock({ channels: 3, height: 6, width: 10 }, 1));
      const large = await loaded.run(randomBlock({ channels: 3, height: 22, width: 8 }, 1));
      expect(small.shape).toEqual({ channels: 4, height: 2, width: 4 });
      expect(large.shape).toEqual({ channels: 4, height: 10, width: 3 });
      await loaded.release();
    });

    it('computes the same with several threads', async () => {
      const network = networkOf({ channels: 3, height: 40, width: 40 }, [convolution({ filters: 32 }), HALVE]);
      const block = randomBlock(network.input, 3);
      const threaded = await loadLayers(await create({ threads: 2 }), graphOf(network, 'layers'));
      const single = await runOnce(graphOf(network, 'layers'), block);
      expect(relativeDifference((await threaded.run(block)).data, single.data)).toBeLessThanOrEqual(TOLERANCE.f32);
      await threaded.release();
    });
  });

  describe('routes', () => {
    const network = networkOf({ channels: 2, height: 6, width: 6 }, [
      convolution({ filters: 3 }),
      convolution({ filters: 2 }),
      { kind: 'route', layers: [0] },
      { kind: 'route', layers: [1, 0] },
    ]);
    const block = randomBlock(network.input, 5);

    it('join maps inside the graph, in their order', async () => {
      const parts = [
        await runOnce(graphOf(network, 'layers', 0, 2), block),
        await runOnce(graphOf(network, 'layers', 0, 1), block),
      ];
      const joined = await runOnce(graphOf(network, 'layers'), block);
      expect(joined.shape).toEqual({ channels: 5, height: 6, width: 6 });
      expect([...joined.data]).toEqual(parts.flatMap(({ data }) => [...data]));
    });

    it('reach the graph’s own input, which is the layer before its first', async () => {
      const first = await runOnce(graphOf(network, 'layers', 0, 1), block);
      const rest = await runOnce(graphOf(network, 'layers', 1), first);
      const whole = await runOnce(graphOf(network, 'layers'), block);
      expect(relativeDifference(rest.data, whole.data)).toBeLessThanOrEqual(TOLERANCE.f32);
    });

    it('and reorg carry YOLOv2’s remaining layers, cut at the map that the passthrough takes', async () => {
      // Its layers with a sixteenth of the filters, without the head.
      const slim = builtInModel('yolov2')
        .layers.slice(0, 30)
        .map((layer) => (layer.kind === 'convolutional' ? { ...layer, filters: layer.filters / 16 } : layer));
      const yolo = networkOf({ channels: 3, height: 64, width: 64 }, slim);
      const picture = randomBlock(yolo.input, 9);
      const whole = await runOnce(graphOf(yolo, 'layers'), picture);
      const rest = await runOnce(graphOf(yolo, 'layers', 17), await runOnce(graphOf(yolo, 'layers', 0, 17), picture));
      expect(whole.shape).toEqual({ channels: 64, height: 2, width: 2 });
      expect(relativeDifference(rest.data, whole.data)).toBeLessThanOrEqual(TOLERANCE.f32);
    });
  });

  describe('what does not fit', () => {
    const network = networkOf({ channels: 3, height: 8, width: 8 }, [convolution()]);

    it('is refused when running', async () => {
      const loaded = await loadLayers(engine, graphOf(network, 'layers'));
      const anySize = await loadLayers(engine, graphOf(network, 'caller'));
      const block = randomBlock(network.input, 1);
      const run = (shape: MapShape) => loaded.run({ ...randomBlock(shape, 1), shape });
      await expect(run({ channels: 2, height: 8, width: 8 })).rejects.toMatchObject({ code: 'DT_ENGINE_BLOCK' });
      await expect(run({ channels: 3, height: 9, width: 8 })).rejects.toMatchObject({ code: 'DT_ENGINE_BLOCK' });
      await expect(loaded.run({ ...block, data: block.data.slice(1) })).rejects.toMatchObject({
        code: 'DT_ENGINE_BLOCK',
      });
      const tiny = randomBlock({ channels: 3, height: 1, width: 1 }, 1);
      await expect(anySize.run(tiny)).rejects.toMatchObject({ code: 'DT_ENGINE_RUN' });
      await Promise.all([loaded.release(), anySize.release()]);
      await expect(loaded.run(block)).rejects.toMatchObject({ code: 'DT_ENGINE_RUN' });
      await expect(loaded.release()).resolves.toBeUndefined();
    });
  });
});
