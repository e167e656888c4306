import { DeepThingsError } from '../errors.js';
import { allFinite } from '../tensor/all-finite.js';

/** The elements of one output of a graph. */
export interface HeadOutput {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** The outputs of a graph, by name. */
export type HeadOutputs = ReadonlyMap<string, HeadOutput>;

/** The network's input in pixels. */
export interface InputExtent {
  readonly width: number;
  readonly height: number;
}

/**
 * Returns an output's elements.
 *
 * @param shape that the head needs; -1 for an extent that may be any.
 * @throws DT_HEAD_OUTPUT when there is no such output, or it has another shape or type, or numbers that are not finite: a
 * model that broke must not look like an empty picture.
 */
export function floatsOf(outputs: HeadOutputs, name: string, shape: readonly number[]): Float32Array {
  const { data } = outputOf(outputs, name, shape);
  if (!(data instanceof Float32Array)) throw headError(`output ${name} has whole numbers, and the head needs float32`);
  if (!allFinite(data)) {
    throw headError(
      `output ${name} has numbers that are not finite: the weights do not fit the model, or its activations overflow`,
    );
  }
  return data;
}

/**
 * Returns an output's elements, which are whole numbers of any type. As `floatsOf` otherwise.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function integersOf(outputs: HeadOutputs, name: string, shape: readonly number[]): ArrayLike<number> {
  const { data } = outputOf(outputs, name, shape);
  const numbers = data instanceof BigInt64Array ? Float64Array.from(data, Number) : data;
  if (!numbers.every(Number.isInteger)) throw headError(`output ${name} has numbers that are not whole`);
  return numbers;
}

/** @throws DT_HEAD_OUTPUT */
function outputOf(outputs: HeadOutputs, name: string, shape: readonly number[]): HeadOutput {
  const output = outputs.get(name);
  const wanted = `[${shape.map((extent) => (extent < 0 ? 'n' : extent)).join(', ')}]`;
  if (output === undefined) {
    throw headError(`the head needs output ${name} ${wanted}, and the graph gives ${[...outputs.keys()].join(', ')}`);
  }
  const fits =
    output.shape.length === shape.length &&
    output.shape.every((extent, axis) => shape[axis]! < 0 || extent === shape[axis]) &&
    output.data.length === output.shape.reduce((product, extent) => product * extent, 1);
  if (fits) return output;
  throw headError(
    `output ${name} is [${output.shape.join(', ')}] with ${output.data.length} numbers, and the head needs ${wanted}`,
  );
}

export function headError(message: string): DeepThingsError {
  return new DeepThingsError('DT_HEAD_OUTPUT', message);
}
