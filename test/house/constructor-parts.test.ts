import ts from 'typescript';
import { expect, test } from 'vitest';
import { ConstructorParts } from './constructor-parts.js';

const SHARED = `
  export class Clock {}
  export interface Store { read(): string }
  export interface Limits { readonly bytes: number; readonly names: readonly string[] }
  export interface Plan { readonly clock: Clock; readonly a: number; readonly b: number }
  export interface BaseParts { readonly clock: Clock; readonly store: Store }
`;

/** Parts of the one constructor of a file that says so. */
function partsOf(text: string): number {
  const imports = "import { BaseParts, Clock, Limits, Plan, Store } from './shared.js';\n";
  const sources = [
    ts.createSourceFile('/server/shared.ts', SHARED, ts.ScriptTarget.Latest, true),
    ts.createSourceFile('/server/own.ts', imports + text, ts.ScriptTarget.Latest, true),
  ];
  const parts = new ConstructorParts(sources);
  const found: number[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isConstructorDeclaration(node)) found.push(parts.count(node));
    ts.forEachChild(node, walk);
  };
  walk(sources[1]!);
  expect(found).toHaveLength(1);
  return found[0]!;
}

const taking = (parameters: string) => `class Own { constructor(${parameters}) {} }`;

test.each([
  ['parameters', taking('clock: Clock, store: Store, name: string'), 3],
  ['what an object brings, by its name', taking('parts: BaseParts'), 2],
  ['what an object brings, inherited', `interface A extends BaseParts { readonly n: number }\n${taking('a: A')}`, 3],
  ['what an object of the own file brings', `interface A { a: Clock; b: number; c: number }\n${taking('a: A')}`, 3],
  ['what an alias brings', `type A = { a: () => void } & { b: number }\n${taking('a: A, clock: Clock')}`, 3],
  ['what is picked', taking("parts: Pick<BaseParts, 'clock'>, name: string"), 2],
  ['what is written in place', taking('{ a, b }: { a: Store; b: number }'), 2],
])('counts %s', (_, text, parts) => {
  expect(partsOf(text)).toBe(parts);
});

test.each([
  [
    'settings of plain values',
    'interface A { a: number; b: string | null; c: readonly Limits[]; d: Map<string, Date> }',
  ],
  ['plain values of a kind each', "type A = { kind: 'a'; a: number } | { kind: 'b'; b: Uint8Array }"],
  ['an interface with methods, which is one collaborator', 'interface A { read(): void; readonly clock: Clock }'],
  ['a class', 'class A { a = 1 }'],
])('counts as one: %s', (_, type) => {
  expect(partsOf(`${type}\n${taking('a: A')}`)).toBe(1);
});

test('counts as one what other files share, such as a plan', () => {
  expect(partsOf(taking('plan: Plan'))).toBe(1);
});
