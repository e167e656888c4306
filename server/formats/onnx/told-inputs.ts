import { DeepThingsError } from '../../errors.js';
import { nameOfType, TYPE } from './file/data-types.js';
import type { OnnxValue } from './file/onnx-model.js';
import type { TensorFields } from './file/write-messages.js';

interface Size {
  readonly height: number;
  readonly width: number;
}

/** What a model is told beside the picture, by the input's name, for a picture that fills the input. */
const TOLD: Readonly<Record<string, (size: Size) => readonly [number, number]>> = {
  /** RT-DETR, D-FINE, DEIM: boxes come in pixels of the input. */
  orig_target_sizes: ({ height, width }) => [width, height],
  /** PaddleDetection. */
  im_shape: ({ height, width }) => [height, width],
  scale_factor: () => [1, 1],
  /** YOLOv3 of the ONNX model zoo. */
  image_shape: ({ height, width }) => [height, width],
};

/**
 * Returns the constant that stands for an input beside the picture.
 *
 * @throws DT_ONNX_INPUT for an input that is not known.
 */
export function told({ dataType, dims, name }: OnnxValue, size: Size): TensorFields {
  const fits = (dim: number | string | undefined, size: number) => typeof dim === 'string' || dim === size;
  const isPair = dims?.length === 2 && fits(dims[0], 1) && fits(dims[1], 2);
  const isSquareSize = dataType === TYPE.int64 && size.height === size.width;
  const numbers = TOLD[name]?.(size) ?? (isSquareSize ? [size.height, size.width] : undefined);
  const elements = isPair && numbers !== undefined ? elementsOf(numbers, dataType) : undefined;
  if (elements !== undefined) return { name, dataType, dims: [1, 2], elements };
  const shape = dims === null ? 'of unknown shape' : `[${dims.join(', ')}]`;
  throw new DeepThingsError(
    'DT_ONNX_INPUT',
    `input ${JSON.stringify(name)}, ${nameOfType(dataType)} ${shape}, is not known here: beside the picture models are told ` +
      `its size only, [1, 2] as ${Object.keys(TOLD).join(', ')}, or as int64 where it is square; export the model without it`,
  );
}

function elementsOf(numbers: readonly number[], dataType: number): Uint8Array | undefined {
  switch (dataType) {
    case TYPE.float:
      return new Uint8Array(Float32Array.from(numbers).buffer);
    case TYPE.int32:
      return new Uint8Array(Int32Array.from(numbers).buffer);
    case TYPE.int64:
      return new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
    default:
      return undefined;
  }
}
