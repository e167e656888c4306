import { PbfWriter } from 'pbf';

/**
 * The few messages of the ONNX file format (protocol buffers, `onnx.proto`) that our graphs need. Numbers beside the
 * fields are theirs in `onnx.proto`.
 */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}

/** One operator; its inputs and outputs are values by name. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export type OnnxAttribute =
  | { readonly float: number }
  | { readonly integer: number }
  | { readonly integers: readonly number[] };

/** A constant. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A graph's input or output, 32-bit floats; a dimension that is a name may differ from call to call. */
export interface OnnxValue {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

/** Format and operator versions that onnxruntime reads since 1.13; the operators used have not changed since. */
const IR_VERSION = 8;
const OPSET_VERSION = 17;

const ELEMENT = { float: 1, int64: 7 } as const;
const ATTRIBUTE = { float: 1, integer: 2, integers: 7 } as const;

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
 * Encodes a graph as an ONNX model. Weights stay outside of it, each as if it were a file, since a model that has them inside
 * is copied once to write it and once to read it.
 */
export function encodeOnnxModel(graph: OnnxGraph): EncodedModel {
  const writer = new PbfWriter();
  // ModelProto
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, 'deepthings'); // producer_name
  writer.writeMessage(7, writeGraph, graph);
  writer.writeMessage(8, writeOperatorSet, OPSET_VERSION); // opset_import
  const externalData = graph.initializers
    .filter(isExternal)
    .map((tensor) => ({ path: tensor.name, data: bytesOf(tensor) }));
  return { model: writer.finish(), externalData };
}

function isExternal({ data }: OnnxTensor): boolean {
  return data.byteLength > MOST_BYTES_INSIDE;
}

/** Little-endian, as is every machine that onnxruntime is built for. */
function bytesOf({ data }: OnnxTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function writeOperatorSet(version: number, writer: PbfWriter): void {
  writer.writeStringField(1, ''); // domain: ONNX itself
  writer.writeVarintField(2, version);
}

function writeGraph(graph: OnnxGraph, writer: PbfWriter): void {
  for (const node of graph.nodes) {
    writer.writeMessage(1, writeNode, node);
  }
  writer.writeStringField(2, graph.name);
  for (const tensor of graph.initializers) {
    writer.writeMessage(5, writeTensor, tensor);
  }
  writer.writeMessage(11, writeValue, graph.input);
  writer.writeMessage(12, writeValue, graph.output);
}

function writeNode(node: OnnxNode, writer: PbfWriter): void {
  for (const input of node.inputs) {
    writer.writeStringField(1, input);
  }
  writer.writeStringField(2, node.output);
  writer.writeStringField(3, `make ${node.output}`); // name
  writer.writeStringField(4, node.operator); // op_type
  for (const attribute of Object.entries(node.attributes ?? {})) {
    writer.writeMessage(5, writeAttribute, attribute);
  }
}

function writeAttribute([name, value]: readonly [string, OnnxAttribute], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if ('float' in value) {
    writer.writeFloatField(2, value.float);
    writer.writeVarintField(20, ATTRIBUTE.float); // type
  } else if ('integer' in value) {
    writer.writeVarintField(3, value.integer);
    writer.writeVarintField(20, ATTRIBUTE.integer);
  } else {
    for (const integer of value.integers) {
      writer.writeVarintField(8, integer);
    }
    writer.writeVarintField(20, ATTRIBUTE.integers);
  }
}

function writeTensor(tensor: OnnxTensor, writer: PbfWriter): void {
  const { data } = tensor;
  for (const dim of tensor.dims) {
    writer.writeVarintField(1, dim);
  }
  writer.writeVarintField(2, data instanceof Float32Array ? ELEMENT.float : ELEMENT.int64); // data_type
  writer.writeStringField(8, tensor.name);
  if (isExternal(tensor)) {
    const place = { location: tensor.name, offset: '0', length: `${data.byteLength}` };
    for (const entry of Object.entries(place)) writer.writeMessage(13, writeEntry, entry); // external_data
    writer.writeVarintField(14, DATA_LOCATION.external); // data_location
  } else writer.writeBytesField(9, bytesOf(tensor)); // raw_data
}

/** StringStringEntryProto */
function writeEntry([key, value]: readonly [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
}

function writeValue(value: OnnxValue, writer: PbfWriter): void {
  writer.writeStringField(1, value.name);
  writer.writeMessage(2, writeType, value); // TypeProto
}

function writeType(value: OnnxValue, writer: PbfWriter): void {
  writer.writeMessage(1, writeTensorType, value); // tensor_type
}

function writeTensorType(value: OnnxValue, writer: PbfWriter): void {
  writer.writeVarintField(1, ELEMENT.float); // elem_type
  writer.writeMessage(2, writeShape, value);
}

function writeShape(value: OnnxValue, writer: PbfWriter): void {
  for (const dim of value.dims) {
    writer.writeMessage(1, writeDimension, dim);
  }
}

function writeDimension(dim: number | string, writer: PbfWriter): void {
  if (typeof dim === 'number') {
    writer.writeVarintField(1, dim); // dim_value
  } else {
    writer.writeStringField(2, dim); // dim_param
  }
}
