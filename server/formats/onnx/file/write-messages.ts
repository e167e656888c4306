import { PbfWriter } from 'pbf';
import type { Attribute } from '../../../graph/graph.js';

/** Messages of ONNX's format (protocol buffers, `onnx.proto`), a function each; numbers beside the fields are theirs there. */

/** Writes one message, or some fields of one. */
export function written(write: (writer: PbfWriter) => void): Uint8Array {
  const writer = new PbfWriter();
  write(writer);
  return writer.finish();
}

/** Where a tensor's elements are in another file. */
export interface TensorPlace {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** `AttributeProto.AttributeType` */
const ATTRIBUTE = { float: 1, integer: 2, text: 3, floats: 6, integers: 7 } as const;

/** `TensorProto.DataLocation` */
const EXTERNAL = 1;

/** A node as the message NodeProto has it. */
export interface NodeFields {
  readonly name: string;
  readonly operator: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** NodeProto */
export function writeNode(node: NodeFields, writer: PbfWriter): void {
  for (const input of node.inputs) writer.writeStringField(1, input);
  for (const output of node.outputs) writer.writeStringField(2, output);
  writer.writeStringField(3, node.name);
  writer.writeStringField(4, node.operator); // op_type
  for (const attribute of Object.entries(node.attributes)) writer.writeMessage(5, writeAttribute, attribute);
}

/** AttributeProto */
function writeAttribute([name, value]: readonly [string, Attribute], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  const [[kind]] = Object.entries(value) as [[keyof typeof ATTRIBUTE, unknown]];
  writer.writeVarintField(20, ATTRIBUTE[kind]); // type
  if ('float' in value) writer.writeFloatField(2, value.float);
  else if ('integer' in value) writer.writeVarintField(3, value.integer);
  else if ('text' in value) writer.writeBytesField(4, Buffer.from(value.text));
  else if ('floats' in value) for (const float of value.floats) writer.writeFloatField(7, float);
  else for (const integer of value.integers) writer.writeVarintField(8, integer);
}

/** The last fields of a TensorProto: its name, and its elements or where these are, unless other fields list them. */
export function writeElements(name: string, elements: Uint8Array | TensorPlace | undefined, writer: PbfWriter): void {
  writer.writeStringField(8, name);
  if (elements === undefined) return;
  if (elements instanceof Uint8Array) {
    writer.writeBytesField(9, elements); // raw_data, little-endian
    return;
  }
  const { length, location, offset } = elements;
  const entries = { location, offset: `${offset}`, length: `${length}` };
  for (const entry of Object.entries(entries)) writer.writeMessage(13, writeEntry, entry); // external_data
  writer.writeVarintField(14, EXTERNAL); // data_location
}

/** A tensor as the message TensorProto has it. */
export interface TensorFields {
  readonly name: string;
  /** `TensorProto.DataType` */
  readonly dataType: number;
  readonly dims: readonly number[];
  readonly elements: Uint8Array | TensorPlace;
}

/** TensorProto */
export function writeTensor({ dataType, dims, elements, name }: TensorFields, writer: PbfWriter): void {
  for (const dim of dims) writer.writeVarintField(1, dim);
  writer.writeVarintField(2, dataType); // data_type
  writeElements(name, elements, writer);
}

/** StringStringEntryProto */
function writeEntry([key, value]: readonly [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
}

interface ValueFields {
  readonly name: string;
  /** `TensorProto.DataType`; 0: nothing is said of type and dimensions. */
  readonly dataType: number;
  /** A dimension that is a name may differ from call to call; null: nothing is said of them. */
  readonly dims: readonly (number | string)[] | null;
}

/** ValueInfoProto of a tensor. */
export function writeValue(value: ValueFields, writer: PbfWriter): void {
  writer.writeStringField(1, value.name);
  if (value.dataType !== 0) writer.writeMessage(2, writeType, value);
}

/** TypeProto */
function writeType(value: ValueFields, writer: PbfWriter): void {
  writer.writeMessage(1, writeTensorType, value); // tensor_type
}

function writeTensorType({ dataType, dims }: ValueFields, writer: PbfWriter): void {
  writer.writeVarintField(1, dataType); // elem_type
  if (dims !== null) writer.writeMessage(2, writeShape, dims);
}

function writeShape(dims: readonly (number | string)[], writer: PbfWriter): void {
  for (const dim of dims) writer.writeMessage(1, writeDimension, dim);
}

function writeDimension(dim: number | string, writer: PbfWriter): void {
  if (typeof dim === 'number')
    writer.writeVarintField(1, dim); // dim_value
  else writer.writeStringField(2, dim); // dim_param
}
