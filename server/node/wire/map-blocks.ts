import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import { containsRegion, type MapRegion, type MapShape, wholeMap } from '../../geometry/region.js';
import { decodeMap, encodeMap, type MapType, mapTensorType } from '../../tensor/map-tensor.js';
import { regionShape } from '../../tensor/planes.js';
import type { Tensor, TensorEntry } from '../../tensor/safetensors.js';
import { formatRegion } from './wire-facts.js';

/** Values of a region of a map, `[channels, height, width]`. */
export interface MapBlock extends MapRegion {
  readonly data: Float32Array;
}

/** The name of a region of a map in queries and of its tensor: `4:0,10,20,12`. */
export function formatMapRegion({ map, region }: MapRegion): string {
  return `${map}:${formatRegion(region)}`;
}

/**
 * The tensor that a block travels in, without its values.
 *
 * @param maps shapes of the maps, by number.
 */
export function blockEntry(maps: readonly MapShape[], block: MapRegion, type: MapType): TensorEntry {
  const { channels, height, width } = regionShape(maps[block.map]!.channels, block.region);
  return { name: formatMapRegion(block), type: mapTensorType(type), shape: [channels, height, width] };
}

/**
 * Tensors of blocks, each under the name of its region.
 *
 * @param maps shapes of the maps, by number.
 */
export function blockTensors(
  maps: readonly MapShape[],
  blocks: readonly MapBlock[],
  type: MapType,
): Record<string, Tensor> {
  return Object.fromEntries(
    blocks.map((block) => {
      const { name, shape } = blockEntry(maps, block, type);
      return [name, encodeMap(block.data, shape, type)];
    }),
  );
}

/** As `formatMapRegion` writes it. */
const NAME = /^(\d{1,4}):(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})$/;

/**
 * The blocks that a body's tensors are. Values that came as F32 are views of the body.
 *
 * @param maps shapes of the maps, by number.
 * @param code of the DeepThingsError that is thrown for a name that is no region of these maps, and for a tensor that has not
 *   the shape of its region or is neither F32 nor F16.
 */
export function readBlocks(
  maps: readonly MapShape[],
  tensors: ReadonlyMap<string, Tensor>,
  code: ErrorCode,
): readonly MapBlock[] {
  return [...tensors].map(([name, tensor]) => readBlock(maps, name, tensor, code));
}

function readBlock(maps: readonly MapShape[], name: string, tensor: Tensor, code: ErrorCode): MapBlock {
  const [map, x0, y0, x1, y1] = (NAME.exec(name)?.slice(1).map(Number) ?? []) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const region = { x0, x1, y0, y1 };
  const shape = maps[map];
  if (shape === undefined || !(x0 < x1 && y0 < y1) || !containsRegion(wholeMap(shape), region)) {
    const got = JSON.stringify(name.slice(0, 64));
    throw new DeepThingsError(
      code,
      `expected tensors named by regions of maps 0 to ${maps.length - 1}, map:x0,y0,x1,y1; got ${got}`,
    );
  }
  const { channels, height, width } = regionShape(shape.channels, region);
  const [first, second, third] = tensor.shape;
  const fits = tensor.shape.length === 3 && first === channels && second === height && third === width;
  const data = fits ? decodeMap(tensor) : null;
  if (data !== null) return { map, region, data };
  const got = `${tensor.type} [${tensor.shape.join(', ')}]`;
  throw new DeepThingsError(code, `expected ${name} to be F32 or F16 [${channels}, ${height}, ${width}], got ${got}`);
}
