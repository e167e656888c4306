import type { InferenceSession } from 'onnxruntime-node';
import { writeGraph } from '../../formats/onnx/write-graph.js';
import type { Graph } from '../../graph/graph.js';
import type { EngineOptions, GraphOptions, InferenceEngine, LoadedNetwork, Tensor } from '../inference-engine.js';
import { loadOnnxRuntime, type OnnxRuntime } from './onnxruntime-library.js';

/**
 * Loads the native library and returns the engine.
 *
 * @throws DT_ENGINE_LOAD when there is no build of it for this machine.
 */
export async function createOnnxRuntimeEngine({ threads }: EngineOptions): Promise<InferenceEngine> {
  return new OnnxRuntimeEngine(loadOnnxRuntime(), threads);
}

class OnnxRuntimeEngine implements InferenceEngine {
  readonly name = 'onnxruntime';
  readonly version: string;
  readonly backend = null;
  readonly threads: number;
  readonly remark = null;
  readonly #runtime: OnnxRuntime;

  constructor(runtime: OnnxRuntime, threads: number) {
    this.#runtime = runtime;
    this.threads = threads;
    this.version = runtime.env.versions.node ?? runtime.env.versions.common;
  }

  async loadGraph(graph: Graph, { anySize = false }: GraphOptions = {}): Promise<LoadedNetwork> {
    const { model, externalData } = writeGraph(graph, { anySize });
    const options = { ...sessionOptions(this.threads), externalData };
    return new OnnxRuntimeNetwork(this.#runtime, await this.#runtime.InferenceSession.create(model, options));
  }
}

class OnnxRuntimeNetwork implements LoadedNetwork {
  readonly #runtime: OnnxRuntime;
  readonly #session: InferenceSession;

  constructor(runtime: OnnxRuntime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
  }

  async run(inputs: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>> {
    const { Tensor } = this.#runtime;
    const feeds = [...inputs].map(([name, { data, shape }]) => [name, new Tensor(typeOf(data), data, shape)] as const);
    const outputs = await this.#session.run(Object.fromEntries(feeds));
    return new Map(
      Object.entries(outputs).map(([name, { data, dims }]) => [name, { shape: dims, data: data as Tensor['data'] }]),
    );
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

function typeOf(data: Tensor['data']): 'float32' | 'int64' | 'int32' | 'uint8' {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Int32Array ? 'int32' : 'uint8';
}

/** Memory counts on small machines: no arena, no pattern; threads that wait sleep, since a quota counts spinning. */
function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}
