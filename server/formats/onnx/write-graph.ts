import type { PbfWriter } from 'pbf';
import type { ElementType, Graph, GraphConstant } from '../../graph/graph.js';
import { TYPE } from './file/data-types.js';
import { writeNode, writeTensor, writeValue, written } from './file/write-messages.js';

/** Format and operator versions that onnxruntime reads since 1.13; the operators used have not changed since. */
const IR_VERSION = 8;
const OPSET_VERSION = 17;

const DATA_TYPE: Readonly<Record<ElementType, number>> = {
  float32: TYPE.float,
  uint8: TYPE.uint8,
  int32: TYPE.int32,
  int64: TYPE.int64,
  bool: TYPE.bool,
};

/** Tensors with more bytes are handed over beside the model. */
const MOST_BYTES_INSIDE = 4096;

/** Values that a model names by path and does not have inside. */
interface ExternalData {
  readonly path: string;
  /** A view: nothing is copied. */
  readonly data: Uint8Array;
}

export interface WrittenGraph {
  readonly model: Uint8Array;
  readonly externalData: readonly ExternalData[];
}

/**
 * Writes a graph as an ONNX model. Weights stay outside of it, each as if it were a file, since a model that has them inside is
 * copied once to write it and once to read it.
 *
 * @param anySize height and width of the inputs may differ from call to call.
 */
export function writeGraph(graph: Graph, { anySize }: { readonly anySize: boolean }): WrittenGraph {
  const model = written((writer) => {
    // ModelProto
    writer.writeVarintField(1, IR_VERSION);
    writer.writeStringField(2, 'deepthings'); // producer_name
    writer.writeMessage(7, writeGraphFields, { graph, anySize });
    writer.writeMessage(8, writeOperatorSet, OPSET_VERSION); // opset_import
  });
  const externalData = [...graph.constants.values()].flatMap((constant, index) =>
    isExternal(constant) ? [{ path: placeOf(index), data: constant.bytes }] : [],
  );
  return { model, externalData };
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

/** GraphProto */
function writeGraphFields({ graph, anySize }: { graph: Graph; anySize: boolean }, writer: PbfWriter): void {
  for (const node of graph.nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, graph.name);
  for (const [index, [name, constant]] of [...graph.constants].entries()) {
    const { bytes, shape: dims, type } = constant;
    const place = { location: placeOf(index), offset: 0, length: bytes.byteLength };
    const elements = isExternal(constant) ? place : bytes;
    writer.writeMessage(5, writeTensor, { name, dataType: DATA_TYPE[type], dims, elements });
  }
  for (const name of graph.inputs) {
    const { shape, type } = graph.values.get(name)!;
    const dims = anySize ? [...shape.slice(0, 2), `height of ${name}`, `width of ${name}`] : shape;
    writer.writeMessage(11, writeValue, { name, dataType: DATA_TYPE[type], dims });
  }
  // Their shapes follow.
  for (const name of graph.outputs) {
    writer.writeMessage(12, writeValue, { name, dataType: DATA_TYPE[graph.values.get(name)!.type], dims: null });
  }
}
