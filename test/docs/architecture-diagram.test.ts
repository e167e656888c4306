import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { arrowLines, folderImports, productSources, withArrows } from '../../scripts/room-arrows.mjs';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
const diagram = /```mermaid\n([\s\S]*?)```/.exec(page)![1]!;
const imports = folderImports(productSources(ROOT));

/** Folders that every other one may import from; the page says so in words. */
const KNOWN_TO_ALL = ['error-codes'];

describe('the diagram of docs/architecture.md', () => {
  test('has an arrow for every import between folders, and no other: npm run generate writes them', () => {
    const drawn = diagram.split('\n').filter((line) => line.includes('-->'));
    expect(drawn).toEqual(arrowLines(imports));
    expect(withArrows(page, imports)).toBe(page);
  });

  test('has a node for every folder', () => {
    const nodes = [...diagram.matchAll(/^\s*([\w/-]+)\["/gm)].map(([, name]) => name!);
    const folders = readdirSync(join(ROOT, 'server'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !KNOWN_TO_ALL.includes(entry.name))
      .map(({ name }) => `server/${name}`);
    expect(nodes.toSorted()).toEqual([...folders, 'client', 'dashboard'].toSorted());
  });
});

test('imports are counted by folder: of types and at run time too, not those of packages or within a folder', () => {
  const found = folderImports([
    ['server/edge/tasks/a.ts', "import type { B } from '../../geometry/b.js';\nimport fc from 'fastify';\n"],
    ['server/edge/c.ts', "const { d } = await import('../compute/d.js');\nimport { a } from './tasks/a.js';\n"],
    ['server/errors.ts', "import { e } from './error-codes/e.js';\n"],
    ['dashboard/f.ts', "import {\n  g,\n} from '../client/g.js';\nimport { h } from '../server/errors.js';\n"],
  ]);
  expect(arrowLines(found)).toEqual(['  dashboard --> client', '  server/edge --> server/compute & server/geometry']);
});
