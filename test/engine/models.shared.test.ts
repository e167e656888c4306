import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InferenceEngine, Tensor } from '../../server/engine/inference-engine.js';
import { normaliseOnnx } from '../../server/engine/onnxruntime/onnx-normalisation.js';
import { importOnnx } from '../../server/formats/onnx/import-onnx.js';
import type { Graph } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { FAST_ENGINE_CASES } from './engine-cases.js';

const MODELS = join(import.meta.dirname, '../../../shared/data/models');
const [REFERENCE, ...OTHERS] = FAST_ENGINE_CASES;

async function runOnNoise(engine: InferenceEngine, graph: Graph): Promise<ReadonlyMap<string, Tensor>> {
  const [name] = graph.inputs as [string];
  const { shape } = graph.values.get(name)!;
  const random = seededRandom(3);
  const data = Float32Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () => 255 * random());
  const network = await engine.loadGraph(graph);
  try {
    return await network.run(new Map([[name, { shape, data }]]));
  } finally {
    await network.release();
  }
}

describe.each(OTHERS)('$label computes real models as onnxruntime does', { timeout: 120_000 }, ({ create }) => {
  let reference: InferenceEngine;
  let engine: InferenceEngine;
  beforeAll(async () => {
    [reference, engine] = await Promise.all([REFERENCE!.create(), create()]);
  });

  it.each([
    ['nanodet-g-416', {}, 1e-5],
    ['yolox-tiny-416-1class', {}, 1e-5],
    ['ssdlite-mobilenetv2-300', {}, 1e-5],
    ['centerface', { width: 320, height: 320 }, 1e-5],
    ['picodet-layout-800x608', {}, 1e-5],
    // Its ten gates one behind the other, on noise.
    ['ppocr-v4-det', { width: 320, height: 320 }, 1e-4],
  ])('%s', async (name, size, tolerance) => {
    const bytes = readFileSync(join(MODELS, `${name}.onnx`));
    const { graph } = await importOnnx(bytes, { name, normalise: normaliseOnnx, size });
    const expected = await runOnNoise(reference, graph);
    const found = await runOnNoise(engine, graph);
    expect([...found.keys()].sort()).toEqual([...graph.outputs].sort());
    for (const [output, { data, shape }] of expected) {
      const other = found.get(output)!;
      expect(other.shape, output).toEqual(shape);
      let [difference, largest] = [0, 0.1];
      for (const [i, value] of (data as Float32Array).entries()) {
        const apart = Math.abs(value - (other.data as Float32Array)[i]!);
        if (!(apart <= difference)) difference = apart;
        largest = Math.max(largest, Math.abs(value));
      }
      expect(difference / largest, output).toBeLessThanOrEqual(tolerance);
    }
  });
});
