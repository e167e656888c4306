import type { Graph } from '../../graph/graph.js';
import type { EngineOptions, InferenceEngine, LoadedNetwork } from '../inference-engine.js';
import { loadTfjsBackend, type PackageLoader, selectBackend, type TfjsBackend } from './tfjs-backend.js';
import { TfjsNetwork } from './tfjs-network.js';
import { compileProgram } from './tfjs-program.js';

/**
 * Loads TensorFlow.js with a backend.
 *
 * @param load instead of `require`, for tests.
 * @throws DT_ENGINE_LOAD when the wanted backend cannot be loaded here.
 */
export async function createTfjsEngine(options: EngineOptions, load?: PackageLoader): Promise<InferenceEngine> {
  return new TfjsEngine(await loadTfjsBackend(options, load));
}

class TfjsEngine implements InferenceEngine {
  readonly name = 'tfjs';
  readonly version: string;
  readonly backend: string;
  readonly threads: number;
  readonly remark: string | null;
  readonly #backend: TfjsBackend;

  constructor(backend: TfjsBackend) {
    this.#backend = backend;
    this.version = backend.tfjs.version_core;
    this.backend = backend.name;
    this.threads = backend.threads;
    this.remark = backend.remark;
  }

  /** Its maps have the size that each call gives them, whatever the options. */
  async loadGraph(graph: Graph): Promise<LoadedNetwork> {
    await selectBackend(this.#backend);
    return new TfjsNetwork(this.#backend, compileProgram(this.#backend.tfjs, graph));
  }
}
