import { PbfWriter } from 'pbf';
import type { Attribute } from '../../server/graph/graph.js';

/** Types of `TensorProto.DataType` by the names that tests use. */
export const DATA_TYPE = {
  ...{ float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, string: 8, bool: 9, float16: 10, float64: 11 },
} as const;

type TypeName = keyof typeof DATA_TYPE;

/** A value of a file: a name that is a dimension may differ from run to run. */
export interface FileValue {
  readonly name: string;
  readonly type?: TypeName;
  readonly dims?: readonly (number | string)[];
}

export interface FileTensor {
  readonly name: string;
  readonly type: TypeName;
  readonly dims: readonly number[];
  readonly raw?: Uint8Array;
  readonly floats?: readonly number[];
  readonly int32s?: readonly number[];
  readonly int64s?: readonly number[];
  readonly doubles?: readonly number[];
  readonly external?: Readonly<Record<string, string>>;
}

export type FileAttribute = Attribute | { readonly tensor: FileTensor } | { readonly graph: FileGraph };

export interface FileNode {
  readonly operator: string;
  readonly name?: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, FileAttribute>>;
}

export interface FileGraph {
  readonly nodes: readonly FileNode[];
  readonly tensors?: readonly FileTensor[];
  readonly inputs: readonly FileValue[];
  readonly outputs: readonly FileValue[];
  readonly values?: readonly FileValue[];
}

export interface FileModel extends FileGraph {
  readonly opset?: number;
  readonly irVersion?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Encodes a model as a file, right or wrong. */
export function onnxFile({ opset = 17, irVersion = 8, metadata = {}, ...graph }: FileModel): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, irVersion);
  writer.writeStringField(2, 'test');
  writer.writeMessage(7, writeGraph, graph);
  writer.writeMessage(8, (version: number, pbf) => pbf.writeVarintField(2, version), opset);
  for (const entry of Object.entries(metadata)) writer.writeMessage(14, writeEntry, entry);
  return writer.finish().slice();
}

export function float32Tensor(name: string, dims: readonly number[], values?: readonly number[]): FileTensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  // Of both signs, none twice: a wrong window shows.
  const all = values ?? Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + name.length));
  return { name, type: 'float32', dims, raw: new Uint8Array(Float32Array.from(all).buffer) };
}

export function int64Tensor(name: string, values: readonly number[], dims = [values.length]): FileTensor {
  return { name, type: 'int64', dims, raw: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) };
}

function writeGraph({ nodes, tensors = [], inputs, outputs, values = [] }: FileGraph, writer: PbfWriter): void {
  for (const node of nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, 'graph');
  for (const tensor of tensors) writer.writeMessage(5, writeTensor, tensor);
  for (const value of inputs) writer.writeMessage(11, writeValue, value);
  for (const value of outputs) writer.writeMessage(12, writeValue, value);
  for (const value of values) writer.writeMessage(13, writeValue, value);
}

function writeNode({ operator, name, domain, inputs, outputs, attributes = {} }: FileNode, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(1, input);
  for (const output of outputs) writer.writeStringField(2, output);
  if (name !== undefined) writer.writeStringField(3, name);
  writer.writeStringField(4, operator);
  for (const attribute of Object.entries(attributes)) writer.writeMessage(5, writeAttribute, attribute);
  if (domain !== undefined) writer.writeStringField(7, domain);
}

function writeAttribute([name, value]: readonly [string, FileAttribute], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if ('float' in value) {
    writer.writeFloatField(2, value.float);
    writer.writeVarintField(20, 1);
  } else if ('integer' in value) {
    writer.writeVarintField(3, value.integer);
    writer.writeVarintField(20, 2);
  } else if ('text' in value) {
    writer.writeBytesField(4, Buffer.from(value.text));
    writer.writeVarintField(20, 3);
  } else if ('tensor' in value) {
    writer.writeMessage(5, writeTensor, value.tensor);
    writer.writeVarintField(20, 4);
  } else if ('graph' in value) {
    writer.writeMessage(6, writeGraph, value.graph);
    writer.writeVarintField(20, 5);
  } else if ('floats' in value) {
    for (const float of value.floats) writer.writeFloatField(7, float);
    writer.writeVarintField(20, 6);
  } else {
    for (const integer of value.integers) writer.writeVarintField(8, integer);
    writer.writeVarintField(20, 7);
  }
}

function writeTensor(tensor: FileTensor, writer: PbfWriter): void {
  for (const dim of tensor.dims) writer.writeVarintField(1, dim);
  writer.writeVarintField(2, DATA_TYPE[tensor.type]);
  writer.writePackedFloat(4, [...(tensor.floats ?? [])]);
  writer.writePackedVarint(5, [...(tensor.int32s ?? [])]);
  writer.writePackedVarint(7, [...(tensor.int64s ?? [])]);
  writer.writeStringField(8, tensor.name);
  if (tensor.raw !== undefined) writer.writeBytesField(9, tensor.raw);
  writer.writePackedDouble(10, [...(tensor.doubles ?? [])]);
  if (tensor.external !== undefined) {
    for (const entry of Object.entries(tensor.external)) writer.writeMessage(13, writeEntry, entry);
    writer.writeVarintField(14, 1);
  }
}

function writeEntry([key, value]: readonly [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
}

function writeValue({ name, type, dims }: FileValue, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if (type === undefined && dims === undefined) return;
  writer.writeMessage(2, (_: null, pbf) => pbf.writeMessage(1, writeTensorType, { type, dims }), null);
}

function writeTensorType({ type = 'float32', dims }: Omit<FileValue, 'name'>, writer: PbfWriter): void {
  writer.writeVarintField(1, DATA_TYPE[type]);
  if (dims === undefined) return;
  writer.writeMessage(
    2,
    (all: readonly (number | string)[], pbf) => {
      for (const dim of all) pbf.writeMessage(1, writeDimension, dim);
    },
    dims,
  );
}

function writeDimension(dim: number | string, writer: PbfWriter): void {
  if (typeof dim === 'number') writer.writeVarintField(1, dim);
  else writer.writeStringField(2, dim);
}
