import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/** A value to be written: its section, its key, and the text of the value. */
export interface ClusterChange {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/**
 * Writes values into the text of a cluster.yaml. What stands there already is replaced in its place, what does not is
 * added to its section, or with it: every other character stays, comments and layout with them.
 */
export function editCluster(text: string, changes: readonly ClusterChange[]): string {
  return changes.reduce(withChange, text);
}

function withChange(text: string, { key, section, value }: ClusterChange): string {
  const root = parseDocument(text).contents;
  const found = isMap(root) ? pairOf(root, section) : undefined;
  if (found === undefined) return withSection(text, `${section}: { ${key}: ${value} }`);
  const map = found.value;
  if (!isMap(map) || map.range == null) return withSection(text, `${section}: { ${key}: ${value} }`);
  const there = pairOf(map, key)?.value;
  if (isScalar(there) && there.range != null) {
    const [start, end] = there.range;
    return text.slice(0, start) + value + text.slice(end);
  }
  return map.flow ? intoFlow(text, map, `${key}: ${value}`) : intoBlock(text, map, `${key}: ${value}`);
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** `{ grid: 3x3 }` becomes `{ fusedDepth: 8, grid: 3x3 }`. */
function intoFlow(text: string, map: YAMLMap, entry: string): string {
  const inside = map.range![0] + 1;
  const rest = text.slice(inside);
  if (map.items.length === 0) return `${text.slice(0, inside)} ${entry} ${rest.trimStart()}`;
  const space = rest.startsWith(' ') || rest.startsWith('\n') ? '' : ' ';
  return `${text.slice(0, inside)} ${entry},${space}${rest}`;
}

/** Before the section's first entry, as far in as that. */
function intoBlock(text: string, map: YAMLMap, entry: string): string {
  const [start] = map.range!;
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  return `${text.slice(0, start)}${entry}\n${' '.repeat(indent)}${text.slice(start)}`;
}

function withSection(text: string, line: string): string {
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}\n${line}\n`;
}
