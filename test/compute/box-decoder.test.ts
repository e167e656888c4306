import { describe, expect, it } from 'vitest';
import { boxDecoder } from '../../server/compute/gang/box-decoder.js';
import { loadRemainingGraph } from '../../server/compute/remaining-graph.js';
import { createOnnxRuntimeEngine } from '../../server/engine/onnxruntime/onnxruntime-engine.js';
import { bandsOf, blockOf } from '../../server/geometry/gang/bands.js';
import { planGang } from '../../server/geometry/gang/gang-plan.js';
import { isEmptyRegion, wholeMap } from '../../server/geometry/region.js';
import { decodeCandidates } from '../../server/heads/decode/decode-head.js';
import { packCandidates, unpackCandidates } from '../../server/heads/packed-candidates.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { loadModel } from '../../server/model-files/load-model.js';
import { cropRegion, valuesOf } from '../../server/tensor/planes.js';

const key = (box: ArrayLike<number>) => Array.from(box).join(' ');

/** Boxes of six numbers each, as texts. */
function textsOf(packed: Float64Array): string[] {
  return Array.from({ length: packed.length / 6 }, (_, i) => key(packed.subarray(6 * i, 6 * i + 6))).sort();
}

describe('boxes that members decode from their blocks', () => {
  it.each([
    { model: { name: 'yolov2-tiny', weights: 'synthetic' }, rows: [1, 1, 1], threshold: 0.02 },
    { model: { name: 'yolov3-tiny', weights: 'synthetic' }, rows: [3, 1, 2, 1], threshold: 0.765 },
    { model: { name: 'nanodet' }, rows: [1, 2, 1], threshold: 0.6 },
    // More members than the coarsest map has rows.
    { model: { name: 'nanodet' }, rows: Array.from({ length: 20 }, () => 1), threshold: 0.6 },
  ])('are those of the whole maps: $model.name in $rows.length blocks', async ({ model, rows, threshold }) => {
    const { graph, network } = await loadModel(model, () => new Set());
    const { stage } = planGang(network.graph, () => []);
    const decode = boxDecoder(stage, network)!;
    const random = seededRandom(7);
    const outputs = stage.outputs.map((map) => {
      return Float32Array.from(
        { length: valuesOf(stage.maps[map]!) },
        () => random() * (model.name === 'nanodet' ? 0.605 : 2),
      );
    });
    const bands = bandsOf(rows);
    const packed = rows.flatMap((_, member) => {
      const regions = stage.outputs.map((map) => blockOf(bands, member, stage.maps[map]!));
      const blocks = stage.outputs.map((map, i) => {
        const shape = stage.maps[map]!;
        if (isEmptyRegion(regions[i]!)) return new Float32Array(0);
        return cropRegion(outputs[i]!, shape.channels, wholeMap(shape), regions[i]!) as Float32Array;
      });
      return textsOf(decode(blocks, regions, threshold));
    });
    const engine = await createOnnxRuntimeEngine({ threads: 1, backend: null });
    const remaining = await loadRemainingGraph(engine, stage, graph.constants);
    const whole = await remaining.run(outputs.map((map) => map.slice()));
    await remaining.release();
    const named = new Map(whole.map((output) => [output.name, output]));
    const head = network.head as Parameters<typeof decodeCandidates>[1];
    const candidates = decodeCandidates(named, head, network.input, threshold);
    expect(candidates.length).toBeGreaterThan(20);
    expect(candidates.length, 'none left out').toBeLessThan(4096);
    expect(packed.sort()).toEqual(textsOf(packCandidates(candidates)));
  });

  it('are read as they were packed, and refused when they are none', () => {
    const box = { box: { cx: 0.1, cy: 0.2, width: 0.3, height: 0 }, classIndex: 2, score: 1.5 };
    expect(unpackCandidates(packCandidates([box, box]))).toEqual([box, box]);
    const good = [0.1, 0.2, 0.3, 0.4, 1, 0.5];
    for (const [at, value] of [
      [0, Number.NaN],
      [2, -0.1],
      [4, 0.5],
      [4, -1],
      [5, Number.POSITIVE_INFINITY],
    ] as const) {
      expect(unpackCandidates(Float64Array.from(good.with(at, value)))).toBeNull();
    }
    expect(unpackCandidates(Float64Array.from(good.slice(1)))).toBeNull();
  });
});
