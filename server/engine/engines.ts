import { DeepThingsError } from '../errors.js';
import type { InferenceEngine } from './inference-engine.js';

export interface EngineOptions {
  /** Threads that one run may use; 1 by default. */
  readonly threads?: number | undefined;
}

type EngineFactory = (options: EngineOptions) => Promise<InferenceEngine>;

/** One row an engine. Adapters are loaded when they are wanted, since each brings a large library along. */
const ENGINES: Readonly<Record<string, EngineFactory>> = {
  onnxruntime: async (options) =>
    (await import('./onnxruntime/onnxruntime-engine.js')).createOnnxRuntimeEngine(options),
};

export const ENGINE_NAMES: readonly string[] = Object.freeze(Object.keys(ENGINES));

/**
 * @throws DT_ENGINE_NAME when there is no such engine, DT_ENGINE_LOAD when its library cannot be loaded here.
 */
export async function createEngine(name: string, options: EngineOptions = {}): Promise<InferenceEngine> {
  const factory = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
  if (factory === undefined) {
    throw new DeepThingsError('DT_ENGINE_NAME', `there is no engine ${name}: choose one of ${ENGINE_NAMES.join(', ')}`);
  }
  return factory(options);
}
