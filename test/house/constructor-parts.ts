import { dirname, join } from 'node:path';
import ts from 'typescript';

type Declared = ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.ClassDeclaration;

/** Objects of the platform that hold data and do nothing. */
const VALUES = new Set(['ArrayBuffer', 'Buffer', 'Date', 'Error', 'Float32Array', 'RegExp', 'Uint8Array', 'URL']);
/** As plain as what they are made of. */
const CONTAINERS = new Set(['Array', 'Map', 'ReadonlyArray', 'ReadonlyMap', 'ReadonlySet', 'Record', 'Set']);
const VARIANTS = new Set(['Exclude', 'Extract', 'NonNullable', 'Omit', 'Partial', 'Pick', 'Readonly', 'Required']);

/**
 * Counts what constructors take: their parameters, and in place of an object that brings collaborators each of its members.
 * Such an object is of a type that the class's own file declares, or whose name ends in `Parts` or `Options`; it has
 * properties only, and at least one of them is no plain value: a function, an instance, an interface with methods. A settings
 * object, plain values throughout, is one part however many they are.
 */
export class ConstructorParts {
  readonly #declared = new Map<ts.SourceFile, Map<string, Declared>>();
  readonly #byFile: Map<string, ts.SourceFile>;

  constructor(sources: readonly ts.SourceFile[]) {
    this.#byFile = new Map(sources.map((source) => [source.fileName, source]));
    for (const source of sources) {
      const own = source.statements.filter(isDeclared).map((node) => [node.name?.text ?? '', node] as const);
      this.#declared.set(source, new Map(own));
    }
  }

  count({ parameters }: ts.ConstructorDeclaration): number {
    return parameters.reduce((sum, { type }) => sum + (type === undefined ? 1 : this.#partsIn(type)), 0);
  }

  #partsIn(type: ts.TypeNode): number {
    const members = this.#members(type);
    const isObject = members.length > 0 && members.every((member) => ts.isPropertySignature(member));
    const isSettings = members.every((member) => this.#isPlainMember(member, new Set()));
    return isObject && !isSettings && this.#isForConstructor(type) ? members.length : 1;
  }

  /** A type that the class shares with others, such as a plan, is a thing of its own. */
  #isForConstructor(type: ts.TypeNode): boolean {
    if (!ts.isTypeReferenceNode(type)) return true;
    const name = type.typeName.getText();
    if (VARIANTS.has(name)) return this.#isForConstructor(type.typeArguments![0]!);
    return /(Parts|Options)$/.test(name) || this.#declared.get(type.getSourceFile())!.has(name);
  }

  /** Every member of an object type, inherited ones too; none of what is no object or not declared here. */
  #members(type: ts.TypeNode): readonly ts.TypeElement[] {
    if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((one) => this.#members(one));
    if (ts.isTypeLiteralNode(type)) return type.members;
    if (!ts.isTypeReferenceNode(type)) return [];
    const name = type.typeName.getText();
    const [of, keys] = type.typeArguments ?? [];
    if (name === 'Pick' || name === 'Omit') {
      const named = (ts.isUnionTypeNode(keys!) ? keys.types : [keys!]).map((key) => key.getText().slice(1, -1));
      return this.#members(of!).filter((member) => named.includes(member.name!.getText()) === (name === 'Pick'));
    }
    if (VARIANTS.has(name)) return this.#members(of!);
    const declaration = this.#declarationOf(name, type.getSourceFile());
    if (declaration === null || ts.isClassDeclaration(declaration)) return [];
    if (ts.isTypeAliasDeclaration(declaration)) return this.#members(declaration.type);
    return [...this.#bases(declaration).flatMap(({ members }) => members), ...declaration.members];
  }

  #bases(declaration: ts.InterfaceDeclaration): ts.InterfaceDeclaration[] {
    const names = (declaration.heritageClauses ?? []).flatMap(({ types }) => types);
    return names.flatMap(({ expression }) => {
      const base = this.#declarationOf(expression.getText(), declaration.getSourceFile());
      return base !== null && ts.isInterfaceDeclaration(base) ? [...this.#bases(base), base] : [];
    });
  }

  #isPlainMember(member: ts.TypeElement, seen: Set<Declared>): boolean {
    return ts.isPropertySignature(member) && (member.type === undefined || this.#isPlain(member.type, seen));
  }

  #isPlain(type: ts.TypeNode, seen: Set<Declared>): boolean {
    const isPlain = (one: ts.TypeNode) => this.#isPlain(one, seen);
    if (ts.isFunctionTypeNode(type)) return false;
    if (ts.isArrayTypeNode(type)) return isPlain(type.elementType);
    if (ts.isTupleTypeNode(type))
      return type.elements.every((one) => isPlain(ts.isNamedTupleMember(one) ? one.type : one));
    if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) return type.types.every(isPlain);
    if (ts.isParenthesizedTypeNode(type) || ts.isTypeOperatorNode(type)) return isPlain(type.type);
    if (ts.isTypeLiteralNode(type)) return type.members.every((member) => this.#isPlainMember(member, seen));
    if (!ts.isTypeReferenceNode(type)) return true;
    const name = type.typeName.getText();
    if (VALUES.has(name)) return true;
    if (CONTAINERS.has(name) || VARIANTS.has(name)) return (type.typeArguments ?? []).every(isPlain);
    const declaration = this.#declarationOf(name, type.getSourceFile());
    if (declaration === null || ts.isClassDeclaration(declaration)) return false;
    if (seen.has(declaration)) return true;
    seen.add(declaration);
    if (ts.isTypeAliasDeclaration(declaration)) return isPlain(declaration.type);
    const members = [...this.#bases(declaration), declaration].flatMap(({ members: own }) => [...own]);
    return members.every((member) => this.#isPlainMember(member, seen));
  }

  /** What a name means in a file: its own, or what it imports from another one. Null for those of packages. */
  #declarationOf(name: string, source: ts.SourceFile): Declared | null {
    const own = this.#declared.get(source)?.get(name);
    if (own !== undefined) return own;
    for (const statement of source.statements) {
      if (!ts.isImportDeclaration(statement)) continue;
      const bindings = statement.importClause?.namedBindings;
      if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
      const imported = bindings.elements.find((element) => element.name.text === name);
      if (imported === undefined) continue;
      const { text } = statement.moduleSpecifier as ts.StringLiteral;
      const file = this.#byFile.get(join(dirname(source.fileName), text.replace(/\.js$/, '.ts')));
      return (file && this.#declared.get(file)!.get((imported.propertyName ?? imported.name).text)) ?? null;
    }
    return null;
  }
}

function isDeclared(node: ts.Statement): node is Declared {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
}
