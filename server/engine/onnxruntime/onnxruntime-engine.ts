import { createRequire } from 'node:module';
import type { InferenceSession } from 'onnxruntime-node';
import { DeepThingsError } from '../../errors.js';
import type { MapShape } from '../../geometry/region.js';
import { shapeText } from '../../model/layer-shapes.js';
import type { EngineGraph, FeatureBlock, InferenceEngine, LoadedGraph } from '../inference-engine.js';
import { encodeOnnxModel } from './onnx-encoding.js';
import { buildOnnxGraph } from './onnx-graph.js';

type OnnxRuntime = typeof import('onnxruntime-node');

export interface OnnxRuntimeOptions {
  /** Threads that one run may use; 1 by default. */
  readonly threads?: number | undefined;
}

/**
 * Loads the native library (some 20 MB of it) and returns the engine.
 *
 * @throws DT_ENGINE_LOAD when there is no build of it for this machine.
 */
export async function createOnnxRuntimeEngine(options: OnnxRuntimeOptions = {}): Promise<InferenceEngine> {
  let runtime: OnnxRuntime;
  try {
    // By `require`: importing a package of many CommonJS modules takes Node half as long again.
    runtime = createRequire(import.meta.url)('onnxruntime-node') as OnnxRuntime;
  } catch (cause) {
    throw new DeepThingsError(
      'DT_ENGINE_LOAD',
      `onnxruntime-node cannot be loaded on ${process.platform} ${process.arch}: ${String(cause)}`,
      { cause },
    );
  }
  // Warnings about unknown processors and the like would go to our standard error.
  runtime.env.logLevel = 'error';
  return new OnnxRuntimeEngine(runtime, options.threads ?? 1);
}

class OnnxRuntimeEngine implements InferenceEngine {
  readonly name = 'onnxruntime';
  readonly version: string;
  readonly #runtime: OnnxRuntime;
  readonly #threads: number;

  constructor(runtime: OnnxRuntime, threads: number) {
    this.#runtime = runtime;
    this.#threads = threads;
    this.version = runtime.env.versions.node ?? runtime.env.versions.common;
  }

  async load(graph: EngineGraph): Promise<LoadedGraph> {
    const model = encodeOnnxModel(buildOnnxGraph(graph));
    try {
      const session = await this.#runtime.InferenceSession.create(model, sessionOptions(this.#threads));
      return new OnnxRuntimeGraph(this.#runtime, session, graph);
    } catch (cause) {
      throw new DeepThingsError('DT_ENGINE_LOAD', `${graph.name}: onnxruntime refuses the model: ${String(cause)}`, {
        cause,
      });
    }
  }
}

class OnnxRuntimeGraph implements LoadedGraph {
  readonly #runtime: OnnxRuntime;
  readonly #name: string;
  readonly #input: MapShape;
  readonly #anySize: boolean;
  #session: InferenceSession | undefined;

  constructor(runtime: OnnxRuntime, session: InferenceSession, graph: EngineGraph) {
    this.#runtime = runtime;
    this.#session = session;
    this.#name = graph.name;
    this.#input = graph.layers[0]!.input;
    this.#anySize = graph.padding === 'caller';
  }

  /** @throws DT_ENGINE_BLOCK when the block is not the graph's, DT_ENGINE_RUN when the run fails. */
  async run(block: FeatureBlock): Promise<FeatureBlock> {
    const session = this.#session;
    if (session === undefined) {
      throw new DeepThingsError('DT_ENGINE_RUN', `${this.#name}: the graph has been released`);
    }
    this.#check(block);
    const { channels, height, width } = block.shape;
    try {
      const tensor = new this.#runtime.Tensor('float32', block.data, [1, channels, height, width]);
      const outputs = await session.run({ [session.inputNames[0]!]: tensor });
      const output = outputs[session.outputNames[0]!]!;
      const [, outChannels, outHeight, outWidth] = output.dims;
      return {
        data: output.data as Float32Array,
        shape: { channels: outChannels!, height: outHeight!, width: outWidth! },
      };
    } catch (cause) {
      throw new DeepThingsError(
        'DT_ENGINE_RUN',
        `${this.#name}: onnxruntime cannot run a block of ${shapeText(block.shape)}: ${String(cause)}`,
        { cause },
      );
    }
  }

  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }

  #check({ data, shape }: FeatureBlock): void {
    const { channels, height, width } = shape;
    const expected = this.#anySize ? { ...shape, channels: this.#input.channels } : this.#input;
    if (channels !== expected.channels || height !== expected.height || width !== expected.width) {
      throw new DeepThingsError(
        'DT_ENGINE_BLOCK',
        `${this.#name}: expected a block of ${shapeText(expected)}, got ${shapeText(shape)}`,
      );
    }
    if (data.length !== channels * height * width) {
      throw new DeepThingsError(
        'DT_ENGINE_BLOCK',
        `${this.#name}: a block of ${shapeText(shape)} has ${channels * height * width} numbers, got ${data.length}`,
      );
    }
  }
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
