// The project's TypeScript as benchmarks import it.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

/** @param path of a source file, from the project's folder. */
export async function source(path) {
  return (await runnerImport(fileURLToPath(new URL(`../${path}`, import.meta.url)))).module;
}
