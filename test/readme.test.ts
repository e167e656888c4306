import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const text = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the first command to copy names a picture that is there after npm ci', () => {
  const [, path = ''] = /^curl -F image=@(\S+) /m.exec(text) ?? [];
  expect(path).not.toBe('');
  expect(existsSync(join(ROOT, path))).toBe(true);
});

test('the list of pages names each once, and each is there', () => {
  const pages = [...text.matchAll(/^- \[([^\]]+)\]\(\1\)/gm)].map(([, page]) => page!);
  expect(pages.length).toBeGreaterThan(5);
  expect(new Set(pages).size).toBe(pages.length);
  for (const page of pages) expect(existsSync(join(ROOT, page)), page).toBe(true);
});
