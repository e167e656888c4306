import { damaged } from './message.js';
import type { OnnxGraph, OnnxNode } from './onnx-model.js';

type Unordered = Omit<OnnxGraph, 'values'>;

/**
 * Checks that each name is written once, and that what is read is written.
 *
 * @throws DT_ONNX_FILE
 */
export function checkNames({ nodes, initializers, inputs, outputs }: Unordered): void {
  const written = new Set(initializers.keys());
  const add = (name: string, what: string) => {
    if (written.has(name)) throw damaged(what, `it writes ${JSON.stringify(name)}, which exists already`);
    written.add(name);
  };
  for (const { name } of inputs) add(name, `input ${JSON.stringify(name)}`);
  for (const node of nodes) {
    for (const name of node.outputs) if (name !== '') add(name, describe(node));
  }
  for (const node of nodes) {
    const unknown = node.inputs.find((name) => name !== '' && !written.has(name));
    if (unknown !== undefined) {
      throw damaged(describe(node), `it reads ${JSON.stringify(unknown)}, which no node, input or initializer writes`);
    }
  }
  const names = outputs.map(({ name }) => name);
  const unwritten = names.find((name) => !written.has(name));
  if (unwritten !== undefined) throw damaged(`output ${JSON.stringify(unwritten)}`, 'no node writes it');
  if (new Set(names).size !== names.length) throw damaged('the graph', 'it has an output twice');
  if (inputs.length === 0 || outputs.length === 0) {
    throw damaged('the graph', `it has ${inputs.length} inputs and ${outputs.length} outputs`);
  }
}

/**
 * Sorts the nodes so that each comes after those that write what it reads; nodes that are in order stay as they are.
 *
 * @param graph that `checkNames` found right.
 * @throws DT_ONNX_FILE when there is a cycle.
 */
export function inTopologicalOrder({ nodes, initializers, inputs }: Unordered): readonly OnnxNode[] {
  const known = new Set([...initializers.keys(), ...inputs.map(({ name }) => name), '']);
  if (isInOrder(nodes, known)) return nodes;
  const readers = new Map<string, OnnxNode[]>();
  const missing = new Map<OnnxNode, number>();
  for (const node of nodes) {
    const waits = new Set(node.inputs.filter((name) => !known.has(name)));
    missing.set(node, waits.size);
    for (const name of waits) {
      const others = readers.get(name);
      if (others === undefined) readers.set(name, [node]);
      else others.push(node);
    }
  }
  // Grows while it is walked.
  const sorted = nodes.filter((node) => missing.get(node) === 0);
  for (const node of sorted) {
    for (const reader of node.outputs.flatMap((name) => readers.get(name) ?? [])) {
      const left = missing.get(reader)! - 1;
      missing.set(reader, left);
      if (left === 0) sorted.push(reader);
    }
  }
  const stuck = nodes.find((node) => missing.get(node)! > 0);
  if (stuck !== undefined) throw damaged(describe(stuck), 'it is in a cycle of nodes, or after one');
  return sorted;
}

function isInOrder(nodes: readonly OnnxNode[], known: ReadonlySet<string>): boolean {
  const written = new Set(known);
  return nodes.every(({ inputs, outputs }) => {
    const isReady = inputs.every((name) => written.has(name));
    for (const name of outputs) written.add(name);
    return isReady;
  });
}

/** For messages. */
export function describe({ name, operator }: Pick<OnnxNode, 'name' | 'operator'>): string {
  return `node ${JSON.stringify(name)} (${operator})`;
}
