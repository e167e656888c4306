import { DeepThingsError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { guardEngine } from './guarded-engine.js';
import type { EngineLack, EngineOptions, InferenceEngine } from './inference-engine.js';
import { tfjsLacks } from './tfjs/tfjs-lacks.js';

interface EngineAdapter {
  /** What can be chosen between, the default first; none where the library computes in one way only. */
  readonly backends: readonly string[];
  /** Finds the nodes of a graph that the engine cannot run, without its library. */
  lacks(graph: Graph): readonly EngineLack[];
  /** @throws DT_ENGINE_LOAD when the library cannot be loaded here. */
  create(options: EngineOptions): Promise<InferenceEngine>;
}

/** One row an engine. Adapters are loaded when they are wanted, since each brings a large library along. */
const ENGINES = Object.freeze({
  onnxruntime: {
    backends: [],
    lacks: () => [],
    create: async (options) => (await import('./onnxruntime/onnxruntime-engine.js')).createOnnxRuntimeEngine(options),
  },
  tfjs: {
    backends: ['auto', 'node', 'wasm', 'cpu'],
    lacks: tfjsLacks,
    create: async (options) => (await import('./tfjs/tfjs-engine.js')).createTfjsEngine(options),
  },
} as const satisfies Record<string, EngineAdapter>);

export type EngineName = keyof typeof ENGINES;

export const ENGINE_NAMES = Object.freeze(Object.keys(ENGINES) as EngineName[]);

/** What `engine.backend` may be with an engine, its default first. */
export function backendsOf(name: EngineName): readonly string[] {
  return ENGINES[name].backends;
}

/**
 * Finds the nodes of a graph that an engine cannot run, without loading its library; none of them keeps `loadGraph` from throwing
 * DT_ENGINE_LOAD.
 *
 * @param graph with its weights, or its structure alone.
 */
export function engineLacks(name: EngineName, graph: Graph): readonly EngineLack[] {
  return ENGINES[name].lacks(graph);
}

/**
 * @param options one thread and the engine's default backend, unless said otherwise.
 * @throws DT_ENGINE_NAME when there is no such engine or backend, DT_ENGINE_LOAD when its library cannot be loaded here.
 */
export async function createEngine(name: string, options: Partial<EngineOptions> = {}): Promise<InferenceEngine> {
  const adapter: EngineAdapter | undefined = isEngineName(name) ? ENGINES[name] : undefined;
  if (adapter === undefined) {
    throw new DeepThingsError('DT_ENGINE_NAME', `there is no engine ${name}: choose one of ${ENGINE_NAMES.join(', ')}`);
  }
  const backend = options.backend ?? adapter.backends[0] ?? null;
  if (backend !== null && !adapter.backends.includes(backend)) {
    const choice =
      adapter.backends.length === 0 ? 'it has none to choose' : `choose one of ${adapter.backends.join(', ')}`;
    throw new DeepThingsError('DT_ENGINE_NAME', `the engine ${name} has no backend ${backend}: ${choice}`);
  }
  return guardEngine(await adapter.create({ threads: options.threads ?? 1, backend }), adapter.lacks);
}

function isEngineName(name: string): name is EngineName {
  return Object.hasOwn(ENGINES, name);
}
