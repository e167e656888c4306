import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { type EngineName, engineLacks } from '../../server/engine/engines.js';
import type { InferenceEngine, Tensor } from '../../server/engine/inference-engine.js';
import { OPERATIONS } from '../../server/engine/tfjs/operators/operations.js';
import type { Tfjs } from '../../server/engine/tfjs/tfjs-backend.js';
import { relativeDifference, TOLERANCE } from '../../server/evaluation/measure/map-difference.js';
import { elementCount, type Graph } from '../../server/graph/graph.js';
import { seededRandom } from '../../server/model/seeded-random.js';
import { floats, node, sketchGraph } from '../graph/test-graphs.js';
import { ENGINE_CASES } from './engine-cases.js';
import { OPERATOR_CASES } from './operator-cases.js';

const tfjs = createRequire(import.meta.url)('@tensorflow/tfjs-core') as Tfjs;
const [REFERENCE, ...OTHERS] = ENGINE_CASES;

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

function expectClose(found: Tensor, { data, shape }: Tensor, output: string): void {
  expect(found.shape, output).toEqual(shape);
  expect(found.data.constructor, output).toBe(data.constructor);
  expect(relativeDifference(found.data, data), output).toBeLessThanOrEqual(TOLERANCE.f32);
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

  // Of operator sets that onnxruntime is not asked for: it computes them step by step.
  it.each([
    ['Mish', [node('Softplus', ['x'], 's'), node('Tanh', ['s'], 't'), node('Mul', ['x', 't'], 'y')]],
    [
      'Gelu',
      [
        node('Mul', ['x', floats([Math.SQRT1_2], [])], 's'),
        node('Erf', ['s'], 'e'),
        node('Add', ['e', floats([1], [])], 'a'),
        node('Mul', ['x', 'a'], 'b'),
        node('Mul', ['b', floats([0.5], [])], 'y'),
      ],
    ],
  ])('%s', async (operator, steps) => {
    const [shape, one] = [[1, 3, 4, 5], sketchGraph([1, 3, 4, 5], [node(operator, ['x'], 'y')])];
    const expected = (await runGraph(reference, sketchGraph(shape, steps))).get('y')!;
    expectClose((await runGraph(engine, one)).get('y')!, expected, 'y');
  });

  it.each(OPERATOR_CASES)('$label', async ({ graph }) => {
    const expected = await answerOf(reference, graph);
    const before = tensors();
    const found = await runGraph(engine, graph);
    expect(tensors(), 'tensors left').toBe(before);
    expect(engineLacks(name as EngineName, graph)).toEqual([]);
    expect([...found.keys()].sort()).toEqual([...graph.outputs].sort());
    for (const [output, tensor] of expected) expectClose(found.get(output)!, tensor, output);
  });
});

it('there is a case of each operator that tfjs has', () => {
  const shown = new Set(OPERATOR_CASES.flatMap(({ graph }) => graph.nodes.map(({ operator }) => operator)));
  expect(Object.keys(OPERATIONS).filter((operator) => !shown.has(operator))).toEqual(['Gelu', 'Mish']);
});
