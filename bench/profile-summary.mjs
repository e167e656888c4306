// Sums up CPU profiles of the bundled program: self time by the module that the source map names.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Of a whole profile: time in which nothing ran. */
const IDLE = '(idle)';

/**
 * @param profile of V8 (`Profiler.stop`).
 * @returns by self time, the most first: modules, and functions with their modules; `ms` each, idle time left out.
 */
export function summarise({ nodes, samples, timeDeltas }) {
  const maps = new Map();
  const selfUs = new Map();
  for (const [i, id] of samples.entries()) selfUs.set(id, (selfUs.get(id) ?? 0) + timeDeltas[i]);
  const modules = new Map();
  const functions = new Map();
  for (const { callFrame, id } of nodes) {
    const ms = (selfUs.get(id) ?? 0) / 1000;
    if (ms === 0 || callFrame.functionName === IDLE) continue;
    const module = moduleOf(callFrame, maps);
    add(modules, module, ms);
    add(functions, `${callFrame.functionName || '(anonymous)'} (${module})`, ms);
  }
  return { modules: sorted(modules), functions: sorted(functions) };
}

function add(sums, name, ms) {
  sums.set(name, (sums.get(name) ?? 0) + ms);
}

function sorted(sums) {
  return [...sums].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms);
}

/** A file of this project, a package, a module of Node, or a function of V8 and of Node's native side by its name. */
function moduleOf({ columnNumber, functionName, lineNumber, url }, maps) {
  if (url === '') return functionName.startsWith('(') ? functionName : `native ${functionName}`;
  if (!url.startsWith('file:')) return url;
  const entry = mapOf(fileURLToPath(url), maps)?.findEntry(lineNumber, columnNumber);
  const source = (entry?.originalSource ?? url).replaceAll('\\', '/');
  const [, library] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  return library ?? source.replace(/^.*?((?:server|client|bench)\/)/, '$1');
}

function mapOf(path, maps) {
  if (!maps.has(path)) {
    const file = `${path}.map`;
    maps.set(path, existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : null);
  }
  return maps.get(path);
}
