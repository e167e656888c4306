import { DeepThingsError } from '../../../errors.js';
import { elementCount } from '../../../graph/graph.js';
import { dataTypeOf, TYPE } from './data-types.js';
import type { ExternalPlace, OnnxModel, OnnxTensor } from './onnx-model.js';
import { LIMITS, limitError } from './read-limits.js';
import { toConstant } from './tensor-elements.js';

/**
 * Reads a part of a file beside the model's.
 *
 * @param place whose location is inside of the folder, and whose length is known.
 * @throws DT_ONNX_EXTERNAL
 */
export type ReadExternal = (place: ExternalPlace & { readonly length: number }) => Promise<Uint8Array>;

/**
 * Fetches the elements that a model has in other files.
 *
 * @returns them by the tensor's name.
 * @throws DT_ONNX_EXTERNAL for a file outside of the model's folder, or without all the elements; DT_ONNX_LIMIT.
 */
export async function fetchExternal(
  model: OnnxModel,
  read: ReadExternal | undefined,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  let total = 0;
  for (const tensor of model.graph.initializers.values()) {
    if (tensor.data.kind !== 'external') continue;
    const place = checkedPlace(tensor, tensor.data.place);
    total += place.length;
    if (total > LIMITS.fileBytes) throw limitError(`the model has more than ${LIMITS.fileBytes} bytes in other files`);
    const bytes = read === undefined ? undefined : await read(place);
    if (bytes?.byteLength !== place.length) {
      const there = bytes === undefined ? 'which cannot be read here' : `where only ${bytes.byteLength} are`;
      throw externalError(tensor, `${place.length} bytes from byte ${place.offset} on of ${place.location}, ${there}`);
    }
    found.set(tensor.name, bytes);
  }
  return found;
}

/**
 * Reads a part of the file with the weights of a model that an engine has simplified.
 *
 * @param into takes the bytes from `offset` on.
 */
export type ReadWeights = (into: Uint8Array, offset: number) => void;

/** Gives tensors with elements in another file those of that file. Halves and doubles become 32-bit floats at once. */
export function withWeights(model: OnnxModel, read: ReadWeights): OnnxModel {
  const initializers = new Map<string, OnnxTensor>();
  // One for all tensors that become others: a copy of each would be in memory as well.
  let scratch = new Uint8Array(0);
  for (const [name, tensor] of model.graph.initializers) {
    if (tensor.data.kind !== 'external') {
      initializers.set(name, tensor);
      continue;
    }
    const { offset, length } = checkedPlace(tensor, tensor.data.place);
    const isConverted = tensor.dataType === TYPE.float16 || tensor.dataType === TYPE.double;
    if (isConverted && scratch.byteLength < length) scratch = new Uint8Array(length);
    const bytes = isConverted ? scratch.subarray(0, length) : new Uint8Array(length);
    read(bytes, offset);
    const raw: OnnxTensor = { ...tensor, data: { kind: 'raw', bytes } };
    initializers.set(name, isConverted ? asFloats(raw) : raw);
  }
  return { ...model, graph: { ...model.graph, initializers } };
}

function asFloats(tensor: OnnxTensor): OnnxTensor {
  return { ...tensor, dataType: TYPE.float, data: { kind: 'raw', bytes: toConstant(tensor).bytes } };
}

/** Raw elements of tensors that came from another file, or might have, by name. */
export function elementsOf(initializers: ReadonlyMap<string, OnnxTensor>): ReadonlyMap<string, Uint8Array> {
  return new Map([...initializers].flatMap(([name, { data }]) => (data.kind === 'raw' ? [[name, data.bytes]] : [])));
}

function checkedPlace({ dataType, dims, name }: OnnxTensor, { location, offset }: ExternalPlace) {
  const parts = location.split(/[/\\]/);
  const isInside =
    location !== '' && !/^([/\\]|[a-z]:)/i.test(location) && !parts.includes('..') && !/\0/.test(location);
  if (!isInside) throw externalError({ name }, `${JSON.stringify(location)}, which is outside of the model's folder`);
  return { location, offset, length: elementCount(dims) * dataTypeOf(dataType)!.bytes };
}

function externalError({ name }: Pick<OnnxTensor, 'name'>, where: string): DeepThingsError {
  return new DeepThingsError(
    'DT_ONNX_EXTERNAL',
    `tensor ${JSON.stringify(name)} has its elements in another file: ${where}; ` +
      "put the complete file beside the model's, or save the model as one file (onnx.save)",
  );
}
