import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Built-in models that are ONNX files of this package; sources and licences lie beside them. */
const FILES: Readonly<Record<string, string>> = Object.freeze({
  nanodet: '#models/nanodet-g-416/nanodet-g-416.onnx',
});

/** Names of these models. */
export const BUILT_IN_ONNX: readonly string[] = Object.keys(FILES);

/** Path of a built-in model's file; null for a model of another kind. */
export function builtInOnnx(name: string | undefined): string | null {
  return name !== undefined && Object.hasOwn(FILES, name) ? require.resolve(FILES[name]!) : null;
}
