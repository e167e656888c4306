import { dataTypeOf, nameOfType, TENSOR_FIELD } from './data-types.js';
import { damaged, Message } from './message.js';
import type { ExternalPlace, OnnxData, OnnxTensor } from './onnx-model.js';
import { limitError, MOST_DIMENSIONS, MOST_ELEMENTS, type ReadBudget } from './read-limits.js';

const EXTERNAL = 1;
const NUMBER_FIELDS: ReadonlySet<number> = new Set(Object.values(TENSOR_FIELD));

/**
 * Reads a TensorProto; its elements stay where they are.
 *
 * @param what for messages when the tensor has no name.
 * @throws DT_ONNX_FILE when there are not as many elements as the dimensions say; DT_ONNX_LIMIT when they are too many.
 */
export function readTensor(bytes: Uint8Array, what: string, budget: ReadBudget): OnnxTensor {
  budget.take('tensors');
  const message = new Message(bytes, what);
  const dims: number[] = [];
  let [name, dataType, isExternal] = ['', 0, false];
  let raw: Uint8Array | undefined;
  const parts = new Map<number, Uint8Array[]>();
  const place = new Map<string, string>();
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (NUMBER_FIELDS.has(field)) {
      const packed = message.packed();
      budget.take('spelledOut', countIn(packed, field));
      const listed = parts.get(field);
      if (listed === undefined) parts.set(field, [packed]);
      else listed.push(packed);
    } else if (field === 1) {
      for (const dim of message.integers()) {
        if (dims.push(dim) > MOST_DIMENSIONS) throw limitError(`${what} has more than ${MOST_DIMENSIONS} dimensions`);
      }
    } else if (field === 2) dataType = message.integer();
    else if (field === 8) name = message.text();
    else if (field === 9) raw = message.bytes();
    else if (field === 13) {
      const [key, value] = readEntry(message.bytes(), what);
      place.set(key, value);
      if (place.size > MOST_DIMENSIONS) throw limitError(`${what} has too many entries of external data`);
    } else if (field === 14) isExternal = message.integer() === EXTERNAL;
  }
  const tensor = { name, dataType, dims };
  const own = name === '' ? what : `tensor ${JSON.stringify(name)}`;
  const expected = elementsOf(tensor, own);
  const data = isExternal ? externalData(place, own) : insideData(tensor, raw, parts);
  checkLength(tensor, data, expected, own);
  return { ...tensor, data };
}

/** StringStringEntryProto */
export function readEntry(bytes: Uint8Array, what: string, mostBytes?: number): readonly [key: string, value: string] {
  const message = new Message(bytes, what);
  let [key, value] = ['', ''];
  for (let field = message.next(); field !== 0; field = message.next()) {
    if (field === 1) key = message.text();
    else if (field === 2) value = message.text(mostBytes);
  }
  return [key, value];
}

/** Numbers of a packed field; the fixed-size ones need no count: they take no more memory than the file. */
function countIn(packed: Uint8Array, field: number): number {
  if (field === TENSOR_FIELD.floats || field === TENSOR_FIELD.doubles) return packed.byteLength < 16 ? 1 : 0;
  return packed.reduce((count, byte) => count + (byte < 0x80 ? 1 : 0), 0);
}

function elementsOf({ dataType, dims }: Pick<OnnxTensor, 'dataType' | 'dims'>, what: string): number {
  if (dataTypeOf(dataType) === undefined) {
    throw damaged(what, `${nameOfType(dataType)} is not supported, export the model in float32`);
  }
  if (dims.some((dim) => dim < 0)) throw damaged(what, `it has the dimensions [${dims.join(', ')}]`);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count > MOST_ELEMENTS) {
    throw limitError(
      `${what} has the dimensions [${dims.join(', ')}], where at most ${MOST_ELEMENTS} elements are read`,
    );
  }
  return count;
}

function insideData(
  { dataType }: Pick<OnnxTensor, 'dataType'>,
  raw: Uint8Array | undefined,
  parts: ReadonlyMap<number, readonly Uint8Array[]>,
): OnnxData {
  if (raw !== undefined) return { kind: 'raw', bytes: raw };
  const { field } = dataTypeOf(dataType)!;
  return { kind: 'field', field, parts: parts.get(field) ?? [] };
}

function externalData(entries: ReadonlyMap<string, string>, what: string): OnnxData {
  const numberOf = (key: string): number | null => {
    const text = entries.get(key);
    if (text === undefined) return null;
    if (!/^\d{1,15}$/.test(text)) throw damaged(what, `${key} of its external data is ${JSON.stringify(text)}`);
    return Number(text);
  };
  const location = entries.get('location');
  if (location === undefined) throw damaged(what, 'its data is in another file that it does not name');
  const place: ExternalPlace = { location, offset: numberOf('offset') ?? 0, length: numberOf('length') };
  return { kind: 'external', place };
}

function checkLength(
  { dataType, dims }: Omit<OnnxTensor, 'data'>,
  data: OnnxData,
  expected: number,
  what: string,
): void {
  const { bytes, name } = dataTypeOf(dataType)!;
  const wanted = `the dimensions [${dims.join(', ')}] of ${name} need`;
  if (data.kind === 'external') {
    const { length } = data.place;
    if (length !== null && length !== expected * bytes) {
      throw damaged(what, `${wanted} ${expected * bytes} bytes, its external data has ${length}`);
    }
  } else if (data.kind === 'raw') {
    if (data.bytes.byteLength !== expected * bytes) {
      throw damaged(what, `${wanted} ${expected * bytes} bytes, there are ${data.bytes.byteLength}`);
    }
  } else {
    const there = data.parts.reduce((sum, part) => sum + elementsIn(part, data.field), 0);
    if (there !== expected) throw damaged(what, `${wanted} ${expected} elements, there are ${there}`);
  }
}

function elementsIn(packed: Uint8Array, field: number): number {
  if (field === TENSOR_FIELD.floats) return packed.byteLength / 4;
  if (field === TENSOR_FIELD.doubles) return packed.byteLength / 8;
  return countIn(packed, field);
}
