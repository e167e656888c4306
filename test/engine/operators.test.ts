import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { type EngineName, engineLacks } from '../../server/engine/engines.js';
import type { InferenceEngine, Tensor } from '../../server/engine/inference-engine.js';
import type { Tfjs } from '../../server/engine/tfjs/tfjs-backend.js';
import { elementCount, type Graph } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { ENGINE_CASES } from './engine-cases.js';
import { OPERATOR_CASES } from './operator-cases.js';

const tfjs = createRequire(import.meta.url)('@tensorflow/tfjs-core') as Tfjs;
const [REFERENCE, ...OTHERS] = ENGINE_CASES;

/** Of an output's largest element; of smaller ones that of 0.1 counts. */
const TOLERANCE = 1e-5;

function inputsOf(graph: Graph): ReadonlyMap<string, Tensor> {
  const random = seededRandom(5);
  return new Map(
    graph.inputs.map((name) => {
      const { shape } = graph.values.get(name)!;
      return [name, { shape, data: Float32Array.from({ length: elementCount(shape) }, () => 8 * (random() - 0.5)) }];
    }),
  );
}

async function runGraph(engine: InferenceEngine, graph: Graph) {
  const network = await engine.loadGraph(graph);
  try {
    return await network.run(inputsOf(graph));
  } finally {
    await network.release();
  }
}

/** By case: the other engines are compared with the same answers. */
const answers = new Map<Graph, ReadonlyMap<string, Tensor>>();

async function answerOf(reference: InferenceEngine, graph: Graph): Promise<ReadonlyMap<string, Tensor>> {
  const answer = answers.get(graph) ?? (await runGraph(reference, graph));
  answers.set(graph, answer);
  return answer;
}

/** Tensors that TensorFlow.js holds. */
const tensors = () => tfjs.memory().numTensors;

describe.each(OTHERS)('$label computes as onnxruntime does', ({ create, name }) => {
  let reference: InferenceEngine;
  let engine: InferenceEngine;
  beforeAll(async () => {
    [reference, engine] = await Promise.all([REFERENCE!.create(), create()]);
  });

  it.each(OPERATOR_CASES)('$label', async ({ graph }) => {
    const expected = await answerOf(reference, graph);
    const before = tensors();
    const found = await runGraph(engine, graph);
    expect(tensors(), 'tensors left').toBe(before);
    expect(engineLacks(name as EngineName, graph)).toEqual([]);
    expect([...found.keys()].sort()).toEqual([...graph.outputs].sort());
    for (const [output, { data, shape }] of expected) {
      const { data: values, shape: size } = found.get(output)!;
      expect(size, output).toEqual(shape);
      expect(values.constructor, output).toBe(data.constructor);
      const [right, got] = [Array.from<unknown, number>(data, Number), Array.from<unknown, number>(values, Number)];
      const largest = Math.max(0.1, ...right.map(Math.abs));
      const difference = Math.max(...right.map((value, i) => Math.abs(value - got[i]!)));
      expect(difference / largest, output).toBeLessThanOrEqual(TOLERANCE);
    }
  });
});
