import { createEngine } from '../../server/engine/engines.js';
import type { EngineOptions, InferenceEngine } from '../../server/engine/inference-engine.js';

interface EngineCase {
  readonly label: string;
  readonly name: string;
  readonly backend: string | null;
  /** Plain JavaScript computes a thousandth of what the others do: small networks only. */
  readonly slow: boolean;
  create(options?: Partial<EngineOptions>): Promise<InferenceEngine>;
}

function engineCase(name: string, backend: string | null, slow = false): EngineCase {
  return {
    label: backend === null ? name : `${name} (${backend})`,
    name,
    backend,
    slow,
    create: (options) => createEngine(name, { ...options, backend }),
  };
}

/** Whether the user's own tfjs-node is there; its tests run only then. */
export const hasTfjsNode = await createEngine('tfjs', { backend: 'node' }).then(
  () => true,
  () => false,
);

// A run that is about tfjs-node must not pass without it.
if (process.env.REQUIRE_TFJS_NODE !== undefined && !hasTfjsNode) await createEngine('tfjs', { backend: 'node' });

/** Every engine with every backend that can be loaded here: what holds of the port holds of each. */
export const ENGINE_CASES: readonly EngineCase[] = [
  engineCase('onnxruntime', null),
  engineCase('tfjs', 'wasm'),
  engineCase('tfjs', 'cpu', true),
  ...(hasTfjsNode ? [engineCase('tfjs', 'node')] : []),
];

export const FAST_ENGINE_CASES = ENGINE_CASES.filter(({ slow }) => !slow);
