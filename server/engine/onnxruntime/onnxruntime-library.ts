import { createRequire } from 'node:module';
import { DeepThingsError } from '../../errors.js';

export type OnnxRuntime = typeof import('onnxruntime-node');

/**
 * Loads the native library, some 20 MB of it.
 *
 * @throws DT_ENGINE_LOAD when there is no build of it for this machine.
 */
export function loadOnnxRuntime(): OnnxRuntime {
  // From version 1.29 on the library writes an identifier of the machine into the user's cache folder and sends it to its makers,
  // with facts about every model that is loaded, unless it finds this in the environment when it starts.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
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
  return runtime;
}
