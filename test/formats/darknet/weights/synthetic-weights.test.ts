import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../../server/engine/engines.js';
import { synthesizeWeights } from '../../../../server/formats/darknet/weights/synthetic-weights.js';
import { builtInNetwork } from '../../../../server/model/built-in/registry.js';
import { seededRandom } from '../../../../server/model/seeded-random.js';
import { convolution, networkOf } from '../../../model/small-networks.js';
import { loadLayers } from '../../../support/load-layers.js';

const network = networkOf({ channels: 3, height: 8, width: 8 }, [
  convolution({ filters: 64 }),
  convolution({ filters: 64, groups: 64, activation: 'linear' }),
]);

describe('seededRandom', () => {
  it('gives these numbers everywhere', () => {
    const random = seededRandom(1);
    const first = [random(), random(), random()];
    expect(first.map((value) => value * 2 ** 32)).toEqual([4070759687, 4019691516, 541582843]);
  });

  it('is spread evenly, without a tie between seeds or streams', () => {
    for (const random of [seededRandom(0), seededRandom(1), seededRandom(0, 1)]) {
      const values = Array.from({ length: 20_000 }, random);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean).toBeCloseTo(0.5, 1);
      expect(new Set(values).size).toBeGreaterThan(19_990);
      expect(Math.max(...values)).toBeLessThan(1);
    }
    expect(seededRandom(0)()).not.toBe(seededRandom(1)());
    expect(seededRandom(0)()).not.toBe(seededRandom(0, 1)());
  });
});

describe('synthesizeWeights', () => {
  it('is the same for a seed and differs between seeds', () => {
    const [one, same, other] = [1, 1, 2].map((seed) => synthesizeWeights(network, seed));
    expect(one).toEqual(same);
    expect(one!.digest).not.toBe(other!.digest);
    expect(one!.weights.get(0)).not.toEqual(other!.weights.get(0));
  });

  it('gives a layer the same weights with or without the others', () => {
    const all = synthesizeWeights(network, 3);
    const second = synthesizeWeights(network, 3, { start: 1, end: 2 });
    expect([...second.weights.keys()]).toEqual([1]);
    expect(second.weights.get(1)).toEqual(all.weights.get(1));
    expect(second.digest).toBe(all.digest);
  });

  it('keeps maps finite and alive through the first 16 layers of YOLOv2', async () => {
    const yolo = builtInNetwork('yolov2', { width: 96, height: 96 });
    const { weights } = synthesizeWeights(yolo, 1, { start: 0, end: 16 });
    const engine = await createEngine('onnxruntime');
    const random = seededRandom(5);
    let block = { data: Float32Array.from({ length: 3 * 96 * 96 }, () => random()), shape: yolo.input };
    for (const [index, layer] of yolo.layers.slice(0, 16).entries()) {
      const graph = await loadLayers(engine, {
        name: `layer ${index}`,
        firstLayer: index,
        layers: [layer],
        weights,
        padding: 'layers',
      });
      block = (await graph.run(block)) as typeof block;
      await graph.release();
      const meanSquare = block.data.reduce((sum, value) => sum + value * value, 0) / block.data.length;
      expect(meanSquare, `layer ${index}`).toBeGreaterThan(1e-3);
      expect(meanSquare, `layer ${index}`).toBeLessThan(1e4);
    }
    expect(new Set(block.data).size).toBeGreaterThan(block.data.length / 2);
  });
});
