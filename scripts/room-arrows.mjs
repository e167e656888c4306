// The arrows of the diagram in docs/architecture.md: which top folder imports from which. `npm run generate` writes them.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const BEGIN = '  %% arrows: written by `npm run generate` from the imports';
const END = '  %% end of the arrows';
const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/**
 * The folder that a path belongs to in the diagram, written as a path: `graph` alone is a word of Mermaid. Null for files of
 * `server/` itself and for the error codes, which every folder may import.
 */
function folderOf(path) {
  const [top, folder, ...rest] = path.split('/');
  if (top !== 'server') return top;
  return rest.length === 0 || folder === 'error-codes' ? null : `server/${folder}`;
}

/**
 * Lists the imports between folders.
 *
 * @param {Iterable<readonly [path: string, text: string]>} files sources with their paths from the repository's root
 * @returns {Map<string, Set<string>>} by folder: the folders that it imports from, types included
 */
export function folderImports(files) {
  const imports = new Map();
  for (const [path, text] of files) {
    const from = folderOf(path);
    for (const [, specifier] of text.matchAll(IMPORT)) {
      const to = folderOf(normalize(join(dirname(path), specifier)));
      if (from === null || to === null || from === to) continue;
      imports.set(from, (imports.get(from) ?? new Set()).add(to));
    }
  }
  return imports;
}

/** Every TypeScript file of the product under a checkout's root, with its path from there. */
export function* productSources(root) {
  for (const top of ['server', 'client', 'dashboard']) {
    for (const name of readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })) {
      if (/\.tsx?$/.test(name)) yield [`${top}/${name}`, readFileSync(join(root, top, name), 'utf8')];
    }
  }
}

/** One line of Mermaid a folder. */
export function arrowLines(imports) {
  return [...imports].sort().map(([from, to]) => `  ${from} --> ${[...to].sort().join(' & ')}`);
}

/** The page with its arrows written anew. @throws Error when the page does not have the two marks. */
export function withArrows(page, imports) {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`expected "${BEGIN}" and then "${END}" in docs/architecture.md`);
  return `${page.slice(0, begin)}${[BEGIN, ...arrowLines(imports)].join('\n')}\n${page.slice(end)}`;
}
