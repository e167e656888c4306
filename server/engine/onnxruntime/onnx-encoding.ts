import { PbfWriter } from 'pbf';
import type { Attribute, ElementType, Graph, GraphConstant, GraphNode } from '../../graph/graph.js';

/** Format and operator versions that onnxruntime reads since 1.13; the operators used have not changed since. */
const IR_VERSION = 8;
const OPSET_VERSION = 17;

/** Of `onnx.proto`, by our names. */
const ELEMENT: Readonly<Record<ElementType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };
const ATTRIBUTE = { float: 1, integer: 2, text: 3, floats: 6, integers: 7 } as const;

/** Where a tensor's values are. */
const DATA_LOCATION = { external: 1 } as const;

/** Tensors with more bytes are handed over beside the model. */
const MOST_BYTES_INSIDE = 4096;

/** Values that a model names by path and does not have inside. */
export interface ExternalData {
  readonly path: string;
  /** A view: nothing is copied. */
  readonly data: Uint8Array;
}

export interface EncodedModel {
  readonly model: Uint8Array;
  readonly externalData: readonly ExternalData[];
}

/**
 * Encodes a graph as an ONNX model, in the few messages of the format (protocol buffers, `onnx.proto`) that graphs need; numbers
 * beside the fields are theirs there. Weights stay outside of it, each as if it were a file, since a model that has them inside
 * is copied once to write it and once to read it.
 *
 * @param anySize height and width of the inputs may differ from call to call.
 */
export function encodeOnnxModel(graph: Graph, { anySize }: { readonly anySize: boolean }): EncodedModel {
  const writer = new PbfWriter();
  // ModelProto
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, 'deepthings'); // producer_name
  writer.writeMessage(7, writeGraph, { graph, anySize });
  writer.writeMessage(8, writeOperatorSet, OPSET_VERSION); // opset_import
  const externalData = [...graph.constants.values()].flatMap((constant, index) =>
    isExternal(constant) ? [{ path: placeOf(index), data: constant.bytes }] : [],
  );
  return { model: writer.finish(), externalData };
}

/** Names of constants may look like paths, and out of the folder: they are not used as such. */
function placeOf(index: number): string {
  return `constant-${index}`;
}

function isExternal({ bytes }: GraphConstant): boolean {
  return bytes.byteLength > MOST_BYTES_INSIDE;
}

function writeOperatorSet(version: number, writer: PbfWriter): void {
  writer.writeStringField(1, ''); // domain: ONNX itself
  writer.writeVarintField(2, version);
}

function writeGraph({ graph, anySize }: { graph: Graph; anySize: boolean }, writer: PbfWriter): void {
  for (const node of graph.nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, graph.name);
  for (const [index, [name, constant]] of [...graph.constants].entries()) {
    writer.writeMessage(5, writeTensor, { name, constant, place: placeOf(index) });
  }
  for (const name of graph.inputs) {
    const { shape, type } = graph.values.get(name)!;
    const dims = anySize ? [...shape.slice(0, 2), `height of ${name}`, `width of ${name}`] : shape;
    writer.writeMessage(11, writeValue, { name, type, dims });
  }
  // Their shapes follow.
  for (const name of graph.outputs) {
    writer.writeMessage(12, writeValue, { name, type: graph.values.get(name)!.type, dims: null });
  }
}

function writeNode(node: GraphNode, writer: PbfWriter): void {
  for (const input of node.inputs) writer.writeStringField(1, input);
  for (const output of node.outputs) writer.writeStringField(2, output);
  writer.writeStringField(3, node.name);
  writer.writeStringField(4, node.operator); // op_type
  for (const attribute of Object.entries(node.attributes)) writer.writeMessage(5, writeAttribute, attribute);
}

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

function writeTensor(
  { name, constant, place: location }: { name: string; constant: GraphConstant; place: string },
  writer: PbfWriter,
): void {
  const { bytes, shape, type } = constant;
  for (const dim of shape) writer.writeVarintField(1, dim);
  writer.writeVarintField(2, ELEMENT[type]); // data_type
  writer.writeStringField(8, name);
  if (isExternal(constant)) {
    const place = { location, offset: '0', length: `${bytes.byteLength}` };
    for (const entry of Object.entries(place)) writer.writeMessage(13, writeEntry, entry); // external_data
    writer.writeVarintField(14, DATA_LOCATION.external); // data_location
  } else writer.writeBytesField(9, bytes); // raw_data, little-endian as onnxruntime's machines are
}

/** StringStringEntryProto */
function writeEntry([key, value]: readonly [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
}

interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  /** A dimension that is a name may differ from call to call; null: nothing is said of them. */
  readonly dims: readonly (number | string)[] | null;
}

function writeValue(value: OnnxValue, writer: PbfWriter): void {
  writer.writeStringField(1, value.name);
  writer.writeMessage(2, writeType, value); // TypeProto
}

function writeType(value: OnnxValue, writer: PbfWriter): void {
  writer.writeMessage(1, writeTensorType, value); // tensor_type
}

function writeTensorType({ type, dims }: OnnxValue, writer: PbfWriter): void {
  writer.writeVarintField(1, ELEMENT[type]); // elem_type
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
