import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

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

/** Interfaces by their names, which are unique enough for this. */
const interfaces = new Map<string, ts.InterfaceDeclaration[]>();
eachNode((node) => {
  if (ts.isInterfaceDeclaration(node))
    interfaces.set(node.name.text, [...(interfaces.get(node.name.text) ?? []), node]);
});

function membersOf(name: string, source: ts.SourceFile): number {
  const all = interfaces.get(name) ?? [];
  const declared = all.find((one) => one.getSourceFile() === source) ?? all[0];
  if (declared === undefined) return 0;
  const inherited = (declared.heritageClauses ?? []).flatMap(({ types }) => types);
  return (
    declared.members.length +
    inherited.reduce((sum, { expression }) => sum + membersOf(expression.getText(), source), 0)
  );
}

/** What a constructor takes: its parameters, or the members of the one object that brings them all. */
function partsOf(node: ts.ConstructorDeclaration): number {
  const [only, ...others] = node.parameters;
  if (only === undefined || others.length > 0) return node.parameters.length;
  const type = only.type;
  if (type === undefined || !ts.isTypeReferenceNode(type) || !/Parts$/.test(type.typeName.getText())) return 1;
  return membersOf(type.typeName.getText(), node.getSourceFile());
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
    const many: string[] = [];
    eachNode((node, place) => {
      if (ts.isConstructorDeclaration(node) && partsOf(node) > MOST_PARTS) many.push(`${place} ${partsOf(node)}`);
    });
    expect(many).toEqual([]);
  });
});
