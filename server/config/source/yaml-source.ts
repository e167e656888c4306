import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLParseError,
} from 'yaml';
import { NODE_PLACE } from '../tls-config.js';
import { type Environment, expandEnvironment } from './environment.js';
import { DEEPEST_NESTING, excessiveStructure } from './nesting.js';
import { type ConfigPath, type Position, PositionIndex } from './position.js';
import { ConfigError, type ConfigProblem, fileProblem, ProblemList } from './problem.js';

const MOST_ALIASES = 100;
/** Values after aliases are put in: what an alias stands for counts each time. */
const MOST_VALUES = 50_000;
const MOST_SYNTAX_ERRORS = 5;
/** After a first syntax error these are mostly its echo. */
const ECHOES: ReadonlySet<string> = new Set([
  'BAD_INDENT',
  'BLOCK_IN_FLOW',
  'IMPOSSIBLE',
  'MISSING_CHAR',
  'UNEXPECTED_TOKEN',
]);

/** A YAML text as plain data, with the place of everything in it. */
export interface YamlSource {
  /** Maps, lists, text, numbers, booleans and null; undefined when the text is empty. */
  readonly value: unknown;
  readonly positions: PositionIndex;
  /** What was wrong so far: duplicate keys, aliases, tags, environment variables. */
  readonly problems: ProblemList;
  /**
   * Texts that something of the environment was put into, quoted or not. A number may be meant: between braces YAML
   * wants quotes around `${NAME}`, so they say nothing.
   */
  readonly expanded: readonly ConfigPath[];
}

/**
 * Reads YAML 1.2 (core schema) into plain data and expands environment variables in its text. A key without a value
 * counts as not given, and so does one whose environment variables are empty.
 *
 * @param file for messages.
 * @throws ConfigError when the syntax is wrong or the text is more than a configuration can need.
 */
export function readYaml(text: string, file: string, environment: Environment): YamlSource {
  const excess = excessiveStructure(text);
  if (excess !== undefined) {
    throw new ConfigError([fileProblem(file, `${excess}, which no cluster.yaml needs`, 'give the right file')]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter: lines,
    // Our own check of duplicates is linear.
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  throwSyntaxErrors(document, text, file, lines);
  const positions = new PositionIndex();
  const problems = new ProblemList(file, positions);
  const reader = new TreeReader(lines, positions, problems, environment);
  const value = document.contents === null ? undefined : reader.read(document.contents, []);
  return { value, positions, problems, expanded: reader.expanded };
}

function throwSyntaxErrors(document: Document.Parsed, text: string, file: string, lines: LineCounter): void {
  const byLine = new Map<number, ConfigProblem>();
  for (const error of document.errors) {
    const position = positionAt(lines, error.pos[0]);
    if (byLine.has(position.line) || (byLine.size > 0 && ECHOES.has(error.code))) continue;
    if (byLine.size === MOST_SYNTAX_ERRORS) break;
    byLine.set(position.line, { file, ...position, path: '', ...explainSyntax(error, text) });
  }
  if (byLine.size > 0) throw new ConfigError([...byLine.values()]);
}

function explainSyntax(error: YAMLParseError, text: string): Pick<ConfigProblem, 'message' | 'remedy'> {
  const message = `is not YAML: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
  if (text.slice(error.pos[0] - 1, error.pos[0] + 1) === '${') {
    return { message, remedy: `put it in quotes: '\${NAME}'` };
  }
  if (text.startsWith(NODE_PLACE, error.pos[0])) {
    return { message, remedy: `put the whole path in quotes: 'tls/${NODE_PLACE}.crt'` };
  }
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { message, remedy: 'indent with spaces' };
    case 'MULTIPLE_DOCS':
      return { message: 'a second YAML document starts here', remedy: 'remove the line --- or what follows it' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: 'is not YAML: a key stands inside a value',
        remedy:
          'give the next line the indentation of its neighbours, or put a value with a colon and a blank in quotes',
      };
    case 'NON_STRING_KEY':
      return { message: 'this key is not plain text', remedy: 'write one word before the colon' };
    default:
      return { message, remedy: 'fix the indentation, quotes or brackets here or just before' };
  }
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Turns the parser's tree into plain data, in the order of the text, noting where everything stands. */
class TreeReader {
  readonly expanded: ConfigPath[] = [];
  readonly #lines: LineCounter;
  readonly #positions: PositionIndex;
  readonly #problems: ProblemList;
  readonly #environment: Environment;
  readonly #anchors = new Map<string, Node>();
  /** Nodes that are being read: an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  #aliases = 0;
  #values = 0;

  constructor(lines: LineCounter, positions: PositionIndex, problems: ProblemList, environment: Environment) {
    this.#lines = lines;
    this.#positions = positions;
    this.#problems = problems;
    this.#environment = environment;
  }

  read(node: unknown, path: ConfigPath, key?: Position): unknown {
    const position = this.#place(node, path, key);
    this.#values += 1;
    if (this.#values > MOST_VALUES || path.length > DEEPEST_NESTING) {
      this.#problems.report(path, 'makes the file larger or deeper than any cluster.yaml needs', 'remove it', {
        at: 'value',
        position,
      });
      return undefined;
    }
    if (isAlias(node)) return this.#readAlias(node.source, path);
    if (isScalar(node) || isMap(node) || isSeq(node)) return this.#readNode(node as Node, path);
    return null;
  }

  #readNode(node: Node, path: ConfigPath): unknown {
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    const { tag } = node;
    if (tag !== undefined && !/^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(tag)) {
      this.#problems.report(
        path,
        `has the tag ${JSON.stringify(tag.slice(0, 60))}`,
        'remove the tag; none are used here',
      );
      return undefined;
    }
    if (isScalar(node)) return this.#readScalar(node.value, path);
    this.#open.add(node);
    const value = isMap(node) ? this.#readMap(node.items, path) : this.#readList(isSeq(node) ? node.items : [], path);
    this.#open.delete(node);
    return value;
  }

  #readAlias(name: string, path: ConfigPath): unknown {
    const target = this.#anchors.get(name);
    this.#aliases += 1;
    if (target === undefined || this.#open.has(target)) {
      const message = target === undefined ? `refers to *${name}, which is not defined before it` : 'contains itself';
      this.#problems.report(path, message, 'write the value out');
      return undefined;
    }
    if (this.#aliases > MOST_ALIASES) {
      this.#problems.report(path, `is one alias more than the ${MOST_ALIASES} that are allowed`, 'write the value out');
      return undefined;
    }
    return this.#readNode(target, path);
  }

  #readScalar(value: unknown, path: ConfigPath): unknown {
    if (typeof value !== 'string') return typeof value === 'bigint' ? Number(value) : value;
    const { text, expanded, problems } = expandEnvironment(value, this.#environment);
    if (problems.length > 0) {
      const remedies = new Set(problems.map((problem) => problem.remedy));
      this.#problems.report(path, problems.map((problem) => problem.message).join(', '), [...remedies].join('; '));
      return undefined;
    }
    if (expanded) this.expanded.push(path);
    return expanded && text === '' ? null : text;
  }

  #readList(items: readonly unknown[], path: ConfigPath): unknown[] {
    return items.map((item, index) => this.read(item, [...path, index]));
  }

  #readMap(items: readonly Pair[], path: ConfigPath): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    const firstLines = new Map<string, number>();
    for (const { key, value } of items) {
      const name = isScalar(key) ? String(key.value) : '';
      const position = this.#positionOf(key) ?? { line: 1, column: 1 };
      const keyPath = [...path, name];
      const firstLine = firstLines.get(name);
      if (firstLine !== undefined) {
        const where = { at: 'key', position } as const;
        this.#problems.report(keyPath, `is given twice, first in line ${firstLine}`, 'remove one of the two', where);
        continue;
      }
      firstLines.set(name, position.line);
      if (name === '__proto__') {
        this.#place(value, keyPath, position);
        this.#problems.report(keyPath, 'is not a key of cluster.yaml', 'remove it', { at: 'key' });
        continue;
      }
      const read = this.read(value, keyPath, position);
      if (read !== null && read !== undefined) map[name] = read;
    }
    return map;
  }

  #place(node: unknown, path: ConfigPath, key: Position | undefined): Position {
    const position = this.#positionOf(node) ?? key ?? { line: 1, column: 1 };
    this.#positions.add(path, position, key);
    return position;
  }

  #positionOf(node: unknown): Position | undefined {
    const range = (node as Node | null)?.range;
    return range ? positionAt(this.#lines, range[0]) : undefined;
  }
}
