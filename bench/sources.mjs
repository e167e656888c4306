// The project's TypeScript as benchmarks import it.
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, runnerImport } from 'vite';

/** @param path of a source file, from the project's folder. */
export async function source(path) {
  return (await runnerImport(fileURLToPath(new URL(`../${path}`, import.meta.url)))).module;
}

/**
 * Bundles a program of this folder with its libraries, as the product is: a process would take half a minute to read the TypeScript.
 *
 * @param folder in bench-results, for the bundle.
 * @returns the path of the bundle.
 */
export async function bundled(program, folder) {
  const outDir = fileURLToPath(new URL(`../bench-results/${folder}/`, import.meta.url));
  const input = fileURLToPath(new URL(program, import.meta.url));
  await build({
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: { ssr: true, target: 'node20', outDir, minify: false, rolldownOptions: { input } },
  });
  return `${outDir}${basename(program, extname(program))}.js`;
}
