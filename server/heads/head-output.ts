import { DeepThingsError } from '../errors.js';
import { EMPTY_REGION, type Region } from '../geometry/region.js';
import { allFinite } from '../tensor/all-finite.js';

/** The elements of one output of a graph. */
export interface HeadOutput {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** A part of an output, as blocks of the maps that its cells come from. A level of cells has at most one. */
export interface HeadBlocks {
  readonly blocks: readonly HeadBlock[];
}

export interface HeadBlock {
  /** The number that the first cell of the whole map has among the output's cells. */
  readonly firstCell: number;
  /** Of the map. */
  readonly region: Region;
  /** `[channels, height, width]` of the region. */
  readonly data: Float32Array;
}

/** The outputs of a graph, by name. */
export type HeadOutputs = ReadonlyMap<string, HeadOutput>;

/** The same, where some may be blocks: those of `decodesBlocks` heads. */
export type HeadParts = ReadonlyMap<string, HeadOutput | HeadBlocks>;

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
export function floatsOf(outputs: HeadParts, name: string, shape: readonly number[]): Float32Array {
  const { data } = outputOf(outputs, name, shape);
  if (!(data instanceof Float32Array)) throw headError(`output ${name} has whole numbers, and the head needs float32`);
  requireFinite(name, data);
  return data;
}

/** @throws DT_HEAD_OUTPUT */
function requireFinite(name: string, data: Float32Array): void {
  if (allFinite(data)) return;
  throw headError(
    `output ${name} has numbers that are not finite: the weights do not fit the model, or its activations overflow`,
  );
}

/** Cells of one level of a head, all of them or a block. Element `channel` of a cell is `data[first + cell * cellStep + channel * channelStep]`. */
export interface HeadCells {
  readonly data: Float32Array;
  readonly first: number;
  readonly cellStep: number;
  readonly channelStep: number;
  readonly count: number;
  /** Of the first cell on the level's map. */
  readonly x0: number;
  readonly y0: number;
  /** Cells side by side. */
  readonly across: number;
}

/** One level of a head: the extent of its map, and the number of its first cell among the cells of the output. */
export interface HeadLevel {
  readonly extent: InputExtent;
  readonly firstCell: number;
}

/**
 * Returns the cells of an output that is a map `[1, channels, height, width]`.
 *
 * @throws DT_HEAD_OUTPUT as `floatsOf`.
 */
export function mapCells(outputs: HeadParts, name: string, channels: number, extent: InputExtent): HeadCells {
  const known = blockOf(outputs, name, channels, 0);
  if (known !== null) return known;
  const data = floatsOf(outputs, name, [1, channels, extent.height, extent.width]);
  const count = extent.height * extent.width;
  return { data, first: 0, cellStep: 1, channelStep: count, count, x0: 0, y0: 0, across: extent.width };
}

/**
 * Returns the cells of a level of an output `[1, cells, channels]`.
 *
 * @param cells of all levels.
 * @throws DT_HEAD_OUTPUT as `floatsOf`.
 */
export function rowCells(
  outputs: HeadParts,
  name: string,
  [cells, channels]: readonly [cells: number, channels: number],
  { extent, firstCell }: HeadLevel,
): HeadCells {
  const known = blockOf(outputs, name, channels, firstCell);
  if (known !== null) return known;
  const data = floatsOf(outputs, name, [1, cells, channels]);
  const count = extent.height * extent.width;
  const first = firstCell * channels;
  return { data, first, cellStep: channels, channelStep: 1, count, x0: 0, y0: 0, across: extent.width };
}

/** The block of a level; none of its cells where there is none, null where the output is whole. */
function blockOf(outputs: HeadParts, name: string, channels: number, firstCell: number): HeadCells | null {
  const output = outputs.get(name);
  if (output === undefined || !('blocks' in output)) return null;
  const block = output.blocks.find((one) => one.firstCell === firstCell);
  const { x0, x1, y0, y1 } = block?.region ?? EMPTY_REGION;
  const data = block?.data ?? new Float32Array(0);
  const count = (y1 - y0) * (x1 - x0);
  if (data.length !== channels * count) {
    throw headError(`a block of output ${name} has ${data.length} numbers, and the head needs ${channels * count}`);
  }
  requireFinite(name, data);
  return { data, first: 0, cellStep: 1, channelStep: count, count, x0, y0, across: x1 - x0 };
}

/**
 * Returns an output's elements, which are whole numbers of any type. As `floatsOf` otherwise.
 *
 * @throws DT_HEAD_OUTPUT
 */
export function integersOf(outputs: HeadParts, name: string, shape: readonly number[]): ArrayLike<number> {
  const { data } = outputOf(outputs, name, shape);
  const numbers = data instanceof BigInt64Array ? Float64Array.from(data, Number) : data;
  if (!numbers.every(Number.isInteger)) throw headError(`output ${name} has numbers that are not whole`);
  return numbers;
}

/** @throws DT_HEAD_OUTPUT */
function outputOf(outputs: HeadParts, name: string, shape: readonly number[]): HeadOutput {
  const output = outputs.get(name);
  const wanted = `[${shape.map((extent) => (extent < 0 ? 'n' : extent)).join(', ')}]`;
  if (output === undefined) {
    throw headError(`the head needs output ${name} ${wanted}, and the graph gives ${[...outputs.keys()].join(', ')}`);
  }
  if ('blocks' in output) throw headError(`the head needs all of output ${name} ${wanted}, and there are blocks of it`);
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
