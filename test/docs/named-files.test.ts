import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Paths of files and folders of this repository, as pages write them in code spans. */
const PATH = /`((?:server|client|dashboard|test|bench|scripts|docs)\/[\w./-]*)/g;
const LINK = /\]\(([^)#:\s]+)(?:#([^)\s]*))?\)/g;
const OWN_LINK = /\]\(#([^)\s]+)\)/g;

function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = textOf(page).matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, text]) =>
      text!
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe.each(pages)('%s', (page) => {
  test('names files and folders that exist', () => {
    const missing = [...textOf(page).matchAll(PATH)]
      .map(([, path]) => path!)
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });

  test('links to pages and headings that exist', () => {
    const broken = [...textOf(page).matchAll(LINK)].filter(([, path, anchor]) => {
      const target = join(dirname(page), path!);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor);
    });
    const brokenHere = [...textOf(page).matchAll(OWN_LINK)].filter(([, anchor]) => !anchorsOf(page).has(anchor!));
    expect([...broken, ...brokenHere].map(([link]) => link)).toEqual([]);
  });
});
