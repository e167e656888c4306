import { Message } from './message.js';
import type { OnnxValue } from './onnx-model.js';
import {
  type NodeFields,
  type TensorFields,
  type TensorPlace,
  writeElements,
  writeNode,
  writeTensor,
  writeValue,
  written,
} from './write-messages.js';

/** The oldest version of the format in which an initializer need not be an input too. */
const IR_VERSION = 8;

/** The name of the other file that a model written by `writeModel` has its larger tensors in. */
export const WEIGHTS_FILE = 'weights.bin';

/** Tensors with more bytes are in the other file. */
const MOST_BYTES_INSIDE = 1024;

/** Tensors begin at multiples of it in the other file, as vector instructions like it. */
const ALIGNMENT = 64;

/** What a copy of a model has in place of what the file has. */
export interface Replacements {
  /** All of the graph's inputs. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Elements that are in other files, by the tensor's name. */
  readonly external: ReadonlyMap<string, Uint8Array>;
  /** Nodes before the file's own. */
  readonly nodes: readonly NodeFields[];
  /** Constants beside the file's own. */
  readonly constants: readonly TensorFields[];
}

/** A model in two files, each in parts, which are views of what they are made of wherever that is large. */
export interface WrittenModel {
  readonly model: readonly Uint8Array[];
  /** Of the file `WEIGHTS_FILE` beside it. */
  readonly weights: readonly Uint8Array[];
}

/**
 * Writes a copy of a model with other inputs and outputs, without descriptions of inner values, which are of the old inputs,
 * and with constants as initializers. The weights go into another file, which an engine need not load to simplify the model.
 *
 * @param bytes of a model that `readModel` found right.
 */
export function writeModel(bytes: Uint8Array, irVersion: number, replacements: Replacements): WrittenModel {
  const weights = new WeightsFile();
  return { model: copyModel(bytes, irVersion, replacements, weights), weights: weights.parts };
}

/** @param weights null: large tensors become inputs. */
function copyModel(
  bytes: Uint8Array,
  irVersion: number,
  replacements: Replacements,
  weights: WeightsFile | null,
): readonly Uint8Array[] {
  const model = [written((writer) => writer.writeVarintField(1, Math.max(irVersion, IR_VERSION)))];
  const message = new Message(bytes, 'the file');
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 7) append(model, field, writeGraph(message.bytes(), replacements, weights));
    else if (field !== 1) model.push(message.whole());
  }
  return model;
}

/**
 * Writes a copy of a model of which an engine is to describe the outputs only: weights are inputs, whose elements need not be there.
 *
 * @param bytes of a model that `readModel` found right.
 */
export function writeDescription(bytes: Uint8Array, irVersion: number, replacements: Replacements): WrittenModel {
  return { model: copyModel(bytes, irVersion, replacements, null), weights: [] };
}

class WeightsFile {
  readonly parts: Uint8Array[] = [];
  #length = 0;

  /** @returns where the elements are in the file. */
  add(elements: Uint8Array): TensorPlace {
    const offset = Math.ceil(this.#length / ALIGNMENT) * ALIGNMENT;
    this.parts.push(new Uint8Array(offset - this.#length), elements);
    this.#length = offset + elements.byteLength;
    return { location: WEIGHTS_FILE, offset, length: elements.byteLength };
  }
}

function writeGraph(
  bytes: Uint8Array,
  { inputs, outputs, external, nodes, constants }: Replacements,
  weights: WeightsFile | null,
): readonly Uint8Array[] {
  const weightInputs: OnnxValue[] = [];
  const addTensor = (tensor: Uint8Array, name: string | null) => {
    const value = weights === null ? largeTensor(tensor, name, external) : null;
    if (value === null) append(parts, 5, copyTensor(tensor, name, external, weights));
    else weightInputs.push(value);
  };
  const added = written((writer) => {
    for (const node of nodes) writer.writeMessage(1, writeNode, node);
    for (const constant of constants) writer.writeMessage(5, writeTensor, constant);
  });
  const parts = [added];
  const message = new Message(bytes, 'the graph');
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 11 || field === 12 || field === 13) continue;
    if (field === 5) addTensor(message.bytes(), null);
    else if (field === 1) {
      const whole = message.whole();
      const constant = constantIn(whole);
      if (constant === undefined) parts.push(whole);
      else addTensor(constant.tensor, constant.name);
    } else parts.push(message.whole());
  }
  const values = written((writer) => {
    for (const input of [...inputs, ...weightInputs]) writer.writeMessage(11, writeValue, input);
    for (const output of outputs) writer.writeMessage(12, writeValue, output);
  });
  return [...parts, values];
}

/** The tensor of a Constant node. @param node the field with its number. */
function constantIn(node: Uint8Array): { readonly name: string; readonly tensor: Uint8Array } | undefined {
  const field = new Message(node, 'a node');
  field.next();
  const message = new Message(field.bytes(), 'a node');
  let [operator, name] = ['', ''];
  let tensor: Uint8Array | undefined;
  for (let part = message.next(); part !== 0; part = message.next()) {
    if (part === 2) name = message.text();
    else if (part === 4) operator = message.text();
    else if (part === 5) {
      const attribute = new Message(message.bytes(), 'an attribute');
      for (let inner = attribute.next(); inner !== 0; inner = attribute.next()) {
        if (inner === 5) tensor = attribute.bytes();
      }
    }
  }
  return operator === 'Constant' && tensor !== undefined ? { name, tensor } : undefined;
}

/** A tensor of so many elements that it is in the other file, without them; null for any other. */
function largeTensor(
  bytes: Uint8Array,
  name: string | null,
  external: ReadonlyMap<string, Uint8Array>,
): OnnxValue | null {
  const message = new Message(bytes, 'a tensor');
  const dims: number[] = [];
  let [own, dataType, length] = ['', 0, 0];
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) dims.push(...message.integers());
    else if (field === 2) dataType = message.integer();
    else if (field === 8) own = message.text();
    else if (field === 9) length = message.bytes().byteLength;
  }
  if (name === null) length = external.get(own)?.byteLength ?? length;
  return length > MOST_BYTES_INSIDE ? { name: name ?? own, dataType, dims } : null;
}

/**
 * TensorProto.
 *
 * @param name in place of the tensor's own, for the value of a Constant node; null for an initializer.
 */
function copyTensor(
  bytes: Uint8Array,
  name: string | null,
  external: ReadonlyMap<string, Uint8Array>,
  weights: WeightsFile | null,
): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  const message = new Message(bytes, 'a tensor');
  let own = '';
  let raw: Uint8Array | undefined;
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 8) own = message.text();
    else if (field === 9) raw = message.bytes();
    else if (field !== 13 && field !== 14) parts.push(message.whole());
  }
  const elements = (name === null ? external.get(own) : undefined) ?? raw;
  const isLarge = elements !== undefined && elements.byteLength > MOST_BYTES_INSIDE;
  const place = isLarge && weights !== null ? weights.add(elements) : elements;
  parts.push(written((writer) => writeElements(name ?? own, place, writer)));
  return parts;
}

/** Appends a field whose bytes are in parts. */
function append(parts: Uint8Array[], field: number, value: readonly Uint8Array[]): void {
  const length = value.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const head = written((writer) => {
    writer.writeTag(field, 2);
    writer.writeVarint(length);
  });
  parts.push(head);
  for (const part of value) parts.push(part);
}
