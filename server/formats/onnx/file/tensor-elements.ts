import { DeepThingsError } from '../../../errors.js';
import type { ElementType, GraphConstant } from '../../../graph/graph.js';
import { elementCount } from '../../../graph/graph.js';
import { fromFloat16 } from '../../../tensor/float16.js';
import { nameOfType, TYPE } from './data-types.js';
import { integersIn } from './message.js';
import type { OnnxTensor } from './onnx-model.js';

/** Feature maps and weights of other precisions become 32-bit floats. */
const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map([
  [TYPE.float, 'float32'],
  [TYPE.float16, 'float32'],
  [TYPE.double, 'float32'],
  [TYPE.int64, 'int64'],
  [TYPE.int32, 'int32'],
  [TYPE.uint8, 'uint8'],
  [TYPE.bool, 'bool'],
]);

const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = { float32: 4, int64: 8, int32: 4, uint8: 1, bool: 1 };

const MOST_INT64 = 2n ** 63n - 1n;

/**
 * Returns the element type that values of a data type have in a graph.
 *
 * @param what for the message.
 * @throws DT_ONNX_OPERATOR for types that graphs do not have.
 */
export function elementTypeOf(dataType: number, what: string): ElementType {
  const type = ELEMENT_TYPES.get(dataType);
  if (type !== undefined) return type;
  throw new DeepThingsError(
    'DT_ONNX_OPERATOR',
    `${what} is ${nameOfType(dataType)}, which is not supported; export the model in float32, not quantised`,
  );
}

/**
 * Returns a tensor as a graph has it. The bytes are a view of the file where the file has them as they are.
 *
 * @param tensor with its elements in the file.
 * @throws DT_ONNX_OPERATOR for types that graphs do not have.
 */
export function toConstant(tensor: OnnxTensor): GraphConstant {
  const { dataType, dims, data } = tensor;
  const type = elementTypeOf(dataType, `tensor ${JSON.stringify(tensor.name)}`);
  if (data.kind === 'external') throw new TypeError(`${tensor.name} has its elements in another file`);
  const count = elementCount(dims);
  if (dataType === TYPE.float16 || dataType === TYPE.double) {
    return { type, shape: dims, bytes: toFloat32(tensor, count) };
  }
  if (data.kind === 'raw') return { type, shape: dims, bytes: data.bytes };
  if (dataType === TYPE.float) return { type, shape: dims, bytes: joined(data.parts, count * 4) };
  return { type, shape: dims, bytes: fromIntegers(integersOf(tensor), type, count) };
}

/** A packed list is not copied. */
function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const result = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.byteLength;
  }
  return result;
}

/** The elements that the file lists as variable-length numbers. */
function* integersOf({ name, data }: OnnxTensor): Generator<number> {
  for (const part of data.kind === 'field' ? data.parts : []) yield* integersIn(part, `tensor ${JSON.stringify(name)}`);
}

function fromIntegers(integers: Iterable<number>, type: ElementType, count: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(count * ELEMENT_BYTES[type]));
  let at = 0;
  for (const integer of integers) {
    // The largest 64-bit integer stands for "to the end" in slices; as a float it is one more.
    if (type === 'int64') view.setBigInt64(at, BigInt(integer) > MOST_INT64 ? MOST_INT64 : BigInt(integer), true);
    else if (type === 'int32') view.setInt32(at, integer, true);
    else view.setUint8(at, integer);
    at += ELEMENT_BYTES[type];
  }
  return new Uint8Array(view.buffer);
}

function toFloat32(tensor: OnnxTensor, count: number): Uint8Array {
  const { data, dataType } = tensor;
  const parts = data.kind === 'raw' ? [data.bytes] : data.kind === 'field' ? data.parts : [];
  if (dataType === TYPE.double) return fromDoubles(parts, count);
  if (data.kind === 'raw') return new Uint8Array(fromFloat16(halvesOf(data.bytes)).buffer);
  const halves = new Uint16Array(count);
  let at = 0;
  for (const bits of integersOf(tensor)) halves[at++] = bits;
  return new Uint8Array(fromFloat16(halves).buffer);
}

/** A view, where they lie at an even place. */
function halvesOf(bytes: Uint8Array): Uint16Array {
  const { buffer, byteLength, byteOffset } = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

function fromDoubles(parts: readonly Uint8Array[], count: number): Uint8Array {
  const floats = new Float32Array(count);
  let at = 0;
  for (const part of parts) {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    for (let i = 0; i < part.byteLength; i += 8) floats[at++] = view.getFloat64(i, true);
  }
  return new Uint8Array(floats.buffer);
}
