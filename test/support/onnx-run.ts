import { createRequire } from 'node:module';
import type { InferenceSession } from 'onnxruntime-node';
import { createEngine } from '../../server/engine/engines.js';
import type { Tensor } from '../../server/engine/inference-engine.js';
import { relativeDifference } from '../../server/evaluation/measure/map-difference.js';
import { WEIGHTS_FILE, type WrittenModel } from '../../server/formats/onnx/file/write-model.js';
import type { Graph } from '../../server/graph/graph.js';

type Tensors = ReadonlyMap<string, Tensor>;
type Inputs = Readonly<Record<string, Tensor>>;

/** Runs a model in two files. */
export function runWritten({ model, weights }: WrittenModel, inputs: Inputs): Promise<Tensors> {
  const externalData = [{ path: WEIGHTS_FILE, data: Buffer.concat(weights) }];
  return runFile(Buffer.concat(model), inputs, { externalData });
}

const TYPES = new Map<unknown, 'float32' | 'int64' | 'int32' | 'uint8'>([
  [Float32Array, 'float32'],
  [BigInt64Array, 'int64'],
  [Int32Array, 'int32'],
  [Uint8Array, 'uint8'],
]);

/** Runs a file with onnxruntime as it is, without any optimisation. */
export async function runFile(
  file: Uint8Array,
  inputs: Inputs,
  more: InferenceSession.SessionOptions = {},
): Promise<Tensors> {
  const runtime = createRequire(import.meta.url)('onnxruntime-node') as typeof import('onnxruntime-node');
  runtime.env.logLevel = 'error';
  const options = { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, logSeverityLevel: 4, ...more } as const;
  const session = await runtime.InferenceSession.create(file, options);
  try {
    const feeds = Object.entries(inputs).map(([name, { data, shape }]) => [
      name,
      new runtime.Tensor(TYPES.get(data.constructor)!, data, shape),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds));
    return new Map(
      Object.entries(outputs).map(([name, { dims, data }]) => [name, { shape: dims, data: data as Tensor['data'] }]),
    );
  } finally {
    await session.release();
  }
}

/** Runs a graph with the engine onnxruntime. */
export async function runGraph(graph: Graph, inputs: Inputs): Promise<Tensors> {
  const network = await (await createEngine('onnxruntime')).loadGraph(graph);
  try {
    return await network.run(new Map(Object.entries(inputs)));
  } finally {
    await network.release();
  }
}

/** The largest difference of two sets of outputs of the same names. */
export function largestDifference(wanted: Tensors, got: Tensors): number {
  return Math.max(...[...wanted].map(([name, { data }]) => relativeDifference(got.get(name)!.data, data)));
}
