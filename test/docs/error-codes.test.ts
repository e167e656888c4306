import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CODE_GROUPS, ERROR_CODES, isErrorCode } from '../../server/error-codes.js';

const ROOT = join(import.meta.dirname, '../..');

function texts(folder: string, isWanted: (name: string) => boolean): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter(isWanted)
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))
    .join('\n');
}

describe('the table of error codes', () => {
  test.each(Object.entries(ERROR_CODES))('%s says what it means and what to do, each in a sentence', (_code, facts) => {
    for (const text of [facts.meaning, facts.remedy]) expect(text).toMatch(/^[A-Z`].{5,}\.$/s);
  });

  test('has statuses that say that something failed', () => {
    for (const { status } of Object.values(ERROR_CODES)) {
      for (const one of [status ?? []].flat()) expect(one).toSatisfy((value: number) => value >= 400 && value < 600);
    }
  });

  test.each(CODE_GROUPS)('is in docs/errors.md as it is: $title', ({ codes }) => {
    const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
    for (const [code, { status, meaning, remedy }] of Object.entries(codes)) {
      expect(page).toContain(`| \`${code}\` | ${[status ?? 'none'].flat().join(', ')} | ${meaning} | ${remedy} |`);
    }
  });

  test('has each code in one group', () => {
    const grouped = CODE_GROUPS.flatMap(({ codes }) => Object.keys(codes));
    expect(grouped.toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted());
  });

  test('has no code that the server only compares, or does not know', () => {
    const sources = texts('server', (name) => name.endsWith('.ts') && !name.startsWith('error-codes'));
    const compared = /[!=]== 'DT_\w+'|hasCode\(\w+, 'DT_\w+'\)/g;
    const raised = new Set(sources.replace(compared, '').match(/(?<=')DT_\w+(?=')/g));
    expect(Object.keys(ERROR_CODES).filter((code) => !raised.has(code))).toEqual([]);
  });

  test('has every code that the pages and the contract name', () => {
    const pages = [
      texts('docs', (name) => name.endsWith('.md')),
      ...['README.md', 'openapi.yaml'].map((name) => readFileSync(join(ROOT, name), 'utf8')),
    ];
    const named = new Set(pages.join('\n').match(/\bDT_[A-Z][A-Z_]*[A-Z]\b/g));
    // The client's own.
    named.delete('DT_ANSWER');
    expect([...named].filter((code) => !isErrorCode(code))).toEqual([]);
  });
});
