import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InferenceEngine, Tensor } from '../../server/engine/inference-engine.js';
import { normaliseOnnx } from '../../server/engine/onnxruntime/onnx-normalisation.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { importOnnx } from '../../server/formats/onnx/import-onnx.js';
import type { Graph } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { FAST_ENGINE_CASES } from './engine-cases.js';

const MODELS = join(import.meta.dirname, '../../../shared/data/models');
const [REFERENCE, ...OTHERS] = FAST_ENGINE_CASES;

/** @param isScaled from -2 to 2, as networks have it that take scaled pictures; otherwise from 0 to 255. */
async function runOnNoise(
  engine: InferenceEngine,
  graph: Graph,
  isScaled: boolean,
): Promise<ReadonlyMap<string, Tensor>> {
  const [name] = graph.inputs as [string];
  const { shape } = graph.values.get(name)!;
  const random = seededRandom(3);
  const data = Float32Array.from({ length: shape.reduce((all, size) => all * size, 1) }, () =>
    isScaled ? 4 * random() - 2 : 255 * random(),
  );
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
    ['nanodet-g-416', {}, false],
    ['yolox-tiny-416-1class', {}, false],
    ['ssdlite-mobilenetv2-300', {}, false],
    ['centerface', { width: 320, height: 320 }, false],
    ['picodet-layout-800x608', {}, true],
    ['ppocr-v4-det', { width: 320, height: 320 }, true],
  ])('%s', async (name, size, isScaled) => {
    const bytes = readFileSync(join(MODELS, `${name}.onnx`));
    const { graph } = await importOnnx(bytes, { name, normalise: normaliseOnnx, size });
    const expected = await runOnNoise(reference, graph, isScaled);
    const found = await runOnNoise(engine, graph, isScaled);
    expect([...found.keys()].sort()).toEqual([...graph.outputs].sort());
    for (const [output, { data, shape }] of expected) {
      const other = found.get(output)!;
      expect(other.shape, output).toEqual(shape);
      expect(relativeDifference(other.data, data), output).toBeLessThanOrEqual(TOLERANCE.f32);
    }
  });
});
