import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { ConstructorParts } from './constructor-parts.js';

const ROOT = join(import.meta.dirname, '../..');
const MOST_FILES = 16;
const MOST_FILE_LINES = 300;
const MOST_FUNCTION_LINES = 80;
const MOST_PARTS = 6;

const files = readdirSync(join(ROOT, 'server'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('generated/'))
  .map((name) => join(ROOT, 'server', name));
const sources = files.map((file) =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true),
);

function eachNode(visit: (node: ts.Node, place: string) => void): void {
  for (const source of sources) {
    const walk = (node: ts.Node): void => {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      visit(node, `${relative(ROOT, source.fileName)}:${line + 1}`);
      ts.forEachChild(node, walk);
    };
    walk(source);
  }
}

function lines(node: ts.Node): number {
  const source = node.getSourceFile();
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  return lineOf(node.getEnd()) - lineOf(node.getStart(source)) + 1;
}

describe('under server/', () => {
  test(`no folder has more than ${MOST_FILES} files of its own`, () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, own]) => own > MOST_FILES).map(([folder]) => relative(ROOT, folder))).toEqual([]);
  });

  test(`no file has more than ${MOST_FILE_LINES} lines`, () => {
    const long = sources.filter((source) => source.getLineStarts().length - 1 > MOST_FILE_LINES);
    expect(long.map(({ fileName }) => relative(ROOT, fileName))).toEqual([]);
  });

  test(`no function has more than ${MOST_FUNCTION_LINES} lines`, () => {
    const long: string[] = [];
    eachNode((node, place) => {
      if (ts.isFunctionLike(node) && lines(node) > MOST_FUNCTION_LINES) long.push(`${place} ${lines(node)}`);
    });
    expect(long).toEqual([]);
  });

  test(`no constructor takes more than ${MOST_PARTS} parts`, () => {
    const parts = new ConstructorParts(sources);
    const many: string[] = [];
    eachNode((node, place) => {
      if (ts.isConstructorDeclaration(node) && parts.count(node) > MOST_PARTS)
        many.push(`${place} ${parts.count(node)}`);
    });
    expect(many).toEqual([]);
  });
});
