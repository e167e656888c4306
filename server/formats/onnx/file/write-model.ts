import { PbfWriter } from 'pbf';
import { Message } from './message.js';
import type { OnnxValue } from './onnx-model.js';

/** The oldest version of the format in which an initializer need not be an input too. */
const IR_VERSION = 8;

/** What a copy of a model has in place of what the file has. */
export interface Replacements {
  /** All of the graph's inputs. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Elements that are in other files, by the tensor's name: the copy has them inside. */
  readonly external: ReadonlyMap<string, Uint8Array>;
}

/**
 * Writes a copy of a model with other inputs and outputs, and without descriptions of inner values, which are of the old
 * inputs.
 *
 * @param bytes of a model that `readModel` found right.
 * @returns parts that make up the file, mostly views of `bytes` and of the external elements.
 */
export function writeModel(bytes: Uint8Array, irVersion: number, replacements: Replacements): readonly Uint8Array[] {
  const parts = [small((writer) => writer.writeVarintField(1, Math.max(irVersion, IR_VERSION)))];
  const message = new Message(bytes, 'the file');
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 7) append(parts, field, writeGraph(message.bytes(), replacements));
    else if (field !== 1) parts.push(message.whole());
  }
  return parts;
}

function writeGraph(bytes: Uint8Array, { inputs, outputs, external }: Replacements): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  const message = new Message(bytes, 'the graph');
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 11 || field === 12 || field === 13) continue;
    if (field === 5 && external.size > 0) append(parts, field, writeTensor(message.bytes(), external));
    else parts.push(message.whole());
  }
  const values = small((writer) => {
    for (const input of inputs) writer.writeMessage(11, writeValue, input);
    for (const output of outputs) writer.writeMessage(12, writeValue, output);
  });
  return [...joinedViews(parts), values];
}

/** TensorProto */
function writeTensor(bytes: Uint8Array, external: ReadonlyMap<string, Uint8Array>): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  const message = new Message(bytes, 'a tensor');
  let name = '';
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 8) name = message.text();
    else if (field !== 13 && field !== 14) parts.push(message.whole());
  }
  const elements = external.get(name);
  if (elements === undefined) return [bytes];
  parts.push(small((writer) => writer.writeStringField(8, name)));
  append(parts, 9, [elements]);
  return parts;
}

/** Appends a field whose bytes are in parts. */
function append(parts: Uint8Array[], field: number, value: readonly Uint8Array[]): void {
  const length = value.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const head = small((writer) => {
    writer.writeTag(field, 2);
    writer.writeVarint(length);
  });
  parts.push(head);
  for (const part of value) parts.push(part);
}

/** Neighbours in one buffer become one view. */
function joinedViews(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const joined: Uint8Array[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const isNext =
      last !== undefined && last.buffer === part.buffer && last.byteOffset + last.byteLength === part.byteOffset;
    if (isNext)
      joined[joined.length - 1] = new Uint8Array(last.buffer, last.byteOffset, last.byteLength + part.byteLength);
    else joined.push(part);
  }
  return joined;
}

function small(write: (writer: PbfWriter) => void): Uint8Array {
  const writer = new PbfWriter();
  write(writer);
  return writer.finish();
}

/** ValueInfoProto of a tensor; without type and dimensions where they are not known. */
function writeValue({ name, dataType, dims }: OnnxValue, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if (dataType !== 0) writer.writeMessage(2, writeType, { dataType, dims });
}

type TensorType = Pick<OnnxValue, 'dataType' | 'dims'>;

function writeType(type: TensorType, writer: PbfWriter): void {
  writer.writeMessage(1, writeTensorType, type);
}

function writeTensorType({ dataType, dims }: TensorType, writer: PbfWriter): void {
  writer.writeVarintField(1, dataType);
  if (dims !== null) writer.writeMessage(2, writeShape, dims);
}

function writeShape(dims: readonly (number | string)[], writer: PbfWriter): void {
  for (const dim of dims) writer.writeMessage(1, writeDimension, dim);
}

function writeDimension(dim: number | string, writer: PbfWriter): void {
  if (typeof dim === 'number') writer.writeVarintField(1, dim);
  else writer.writeStringField(2, dim);
}
