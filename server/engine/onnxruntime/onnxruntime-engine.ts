import type { InferenceSession } from 'onnxruntime-node';
import { writeGraph } from '../../formats/onnx/write-graph.js';
import type { Graph } from '../../graph/graph.js';
import type {
  EngineGraph,
  EngineOptions,
  FeatureBlock,
  GraphOptions,
  InferenceEngine,
  LoadedGraph,
  LoadedNetwork,
  Tensor,
} from '../inference-engine.js';
import { buildGraph } from './layers-graph.js';
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

  async load(graph: EngineGraph): Promise<LoadedGraph> {
    const session = await this.#open(buildGraph(graph), graph.padding === 'caller');
    return new OnnxRuntimeGraph(this.#runtime, session);
  }

  readonly loadGraph = async (graph: Graph, { anySize = false }: GraphOptions = {}): Promise<LoadedNetwork> => {
    return new OnnxRuntimeNetwork(this.#runtime, await this.#open(graph, anySize));
  };

  #open(graph: Graph, anySize: boolean): Promise<InferenceSession> {
    const { model, externalData } = writeGraph(graph, { anySize });
    return this.#runtime.InferenceSession.create(model, { ...sessionOptions(this.threads), externalData });
  }
}

class OnnxRuntimeGraph implements LoadedGraph {
  readonly #runtime: OnnxRuntime;
  readonly #session: InferenceSession;

  constructor(runtime: OnnxRuntime, session: InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
  }

  async run({ data, shape: { channels, height, width } }: FeatureBlock): Promise<FeatureBlock> {
    const session = this.#session;
    const tensor = new this.#runtime.Tensor('float32', data, [1, channels, height, width]);
    const outputs = await session.run({ [session.inputNames[0]!]: tensor });
    const output = outputs[session.outputNames[0]!]!;
    const [, outChannels, outHeight, outWidth] = output.dims;
    return {
      data: output.data as Float32Array,
      shape: { channels: outChannels!, height: outHeight!, width: outWidth! },
    };
  }

  release(): Promise<void> {
    return this.#session.release();
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
