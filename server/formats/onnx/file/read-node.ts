import { DeepThingsError } from '../../../errors.js';
import { damaged, Message } from './message.js';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './onnx-model.js';
import type { ReadBudget } from './read-limits.js';
import { readTensor } from './read-tensor.js';

/** Operators that have graphs of their own inside. */
const WITH_GRAPHS: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

/** Fields of AttributeProto whose values no operator of a detector has, for messages. */
const UNSUPPORTED: Readonly<Record<number, string>> = {
  6: 'a graph',
  10: 'tensors',
  11: 'graphs',
  14: 'a type',
  15: 'types',
  22: 'a sparse tensor',
  23: 'sparse tensors',
};

/** `AttributeProto.AttributeType` of lists, which may be empty, and of values that a file leaves out when they are 0. */
const EMPTY: Readonly<Record<number, OnnxAttribute>> = {
  1: { float: 0 },
  2: { integer: 0 },
  3: { text: '' },
  6: { floats: [] },
  7: { integers: [] },
  8: { texts: [] },
};

/**
 * Reads a NodeProto.
 *
 * @param place of the node in the file, from 0.
 * @throws DT_ONNX_FILE, DT_ONNX_LIMIT; DT_ONNX_OPERATOR for a node with a graph inside, or of another domain than ONNX.
 */
export function readNode(bytes: Uint8Array, place: number, budget: ReadBudget): OnnxNode {
  budget.take('nodes');
  const message = new Message(bytes, `node ${place}`);
  const [inputs, outputs, attributes]: [string[], string[], Uint8Array[]] = [[], [], []];
  let [name, operator, domain] = ['', '', ''];
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1 || field === 2) {
      budget.take('links');
      (field === 1 ? inputs : outputs).push(message.text());
    } else if (field === 3) name = message.text();
    else if (field === 4) operator = message.text();
    else if (field === 5) {
      budget.take('attributes');
      attributes.push(message.bytes());
    } else if (field === 7) domain = message.text();
  }
  if (operator === '') throw damaged(`node ${place}`, 'it has no operator');
  const unique = name === '' ? `${operator} ${place}` : name;
  const what = `node ${JSON.stringify(unique)} (${operator})`;
  if (WITH_GRAPHS.has(operator)) throw hasGraph(what);
  if (domain !== '' && domain !== 'ai.onnx') {
    const fact = `is of ${JSON.stringify(domain)}, not of ONNX itself; export the model with standard operators only`;
    throw new DeepThingsError('DT_ONNX_OPERATOR', `${what} ${fact}`);
  }
  return {
    name: unique,
    operator,
    attributes: Object.fromEntries(attributes.map((attribute) => readAttribute(attribute, what, budget))),
    inputs,
    outputs,
  };
}

function hasGraph(what: string): DeepThingsError {
  return new DeepThingsError(
    'DT_ONNX_OPERATOR',
    `${what} has a graph of its own, which is not supported; export the model without conditions and loops, ` +
      'with its box decoding or its NMS left out',
  );
}

function readAttribute(bytes: Uint8Array, what: string, budget: ReadBudget): readonly [string, OnnxAttribute] {
  const message = new Message(bytes, what);
  let [name, type] = ['', 0];
  let value: OnnxAttribute | undefined;
  const lists = { floats: [] as number[], integers: [] as number[], texts: [] as string[] };
  const collect = <T>(into: T[], values: Iterable<T>) => {
    for (const one of values) {
      budget.take('listed');
      into.push(one);
    }
  };
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) name = message.text();
    else if (field === 2) value = { float: message.float() };
    else if (field === 3) value = { integer: message.integer() };
    else if (field === 4) value = { text: message.text() };
    else if (field === 5) value = { tensor: insideTensor(message.bytes(), what, budget) };
    else if (field === 7) collect(lists.floats, message.floats());
    else if (field === 8) collect(lists.integers, message.integers());
    else if (field === 9) collect(lists.texts, [message.text()]);
    else if (field === 20) type = message.integer();
    else if (field === 21) value = { unsupported: 'a reference to a function' };
    else if (UNSUPPORTED[field] !== undefined) {
      if (field === 6 || field === 11) throw hasGraph(what);
      value = { unsupported: UNSUPPORTED[field] };
    }
  }
  if (name === '' || name === '__proto__') throw damaged(what, `an attribute has the name ${JSON.stringify(name)}`);
  return [name, value ?? listOf(lists) ?? EMPTY[type] ?? { unsupported: `type ${type}` }];
}

function insideTensor(bytes: Uint8Array, what: string, budget: ReadBudget): OnnxTensor {
  const tensor = readTensor(bytes, what, budget);
  if (tensor.data.kind !== 'external') return tensor;
  throw damaged(what, 'its constant is in another file, where only those of initializers are read');
}

function listOf({
  floats,
  integers,
  texts,
}: {
  readonly floats: readonly number[];
  readonly integers: readonly number[];
  readonly texts: readonly string[];
}): OnnxAttribute | undefined {
  if (floats.length > 0) return { floats };
  if (integers.length > 0) return { integers };
  return texts.length > 0 ? { texts } : undefined;
}
