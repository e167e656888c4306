import { DeepThingsError } from '../../errors.js';
import type { OnnxModel, OnnxValue } from './file/onnx-model.js';

/** The size of the picture that the caller wants; where it is left out, the file's. */
export interface PictureSize {
  readonly height?: number;
  readonly width?: number;
}

/** An input of the file with dimensions that are all numbers. */
export interface FixedInput extends OnnxValue {
  readonly dims: readonly number[];
}

/** Pixels of a side; the largest that detectors have is 1536. */
const LONGEST_SIDE = 16_384;

/**
 * Gives every input of a model fixed dimensions: one picture a run, of the caller's size or else the file's.
 *
 * @returns the inputs, the picture first.
 * @throws DT_ONNX_INPUT when no input is a picture of 3 channels, or a size is missing.
 */
export function fixInputs({ graph }: OnnxModel, size: PictureSize): readonly FixedInput[] {
  const picture = graph.inputs.find(({ dims }) => dims?.length === 4);
  if (picture === undefined) {
    const found = graph.inputs.map(({ name, dims }) => `${JSON.stringify(name)} ${textOf(dims)}`).join(', ');
    throw inputError(`the model has no input of four dimensions, but ${found}`);
  }
  const others = graph.inputs.filter((input) => input !== picture);
  return [fixPicture(picture, size), ...others.map(fixOther)];
}

function fixPicture(input: OnnxValue, size: PictureSize): FixedInput {
  const [, channels, height, width] = input.dims!;
  const what = `input ${JSON.stringify(input.name)} is ${textOf(input.dims)}`;
  if (typeof channels === 'number' && channels !== 3) {
    const remedy = width === 3 ? 'export it with the channels first (NCHW)' : 'colour pictures have 3';
    throw inputError(`${what}: it has ${channels} channels; ${remedy}`);
  }
  const sideOf = (wanted: number | undefined, own: number | string | undefined, name: string): number => {
    const side = wanted ?? own;
    if (typeof side !== 'number') throw inputError(`${what}: its ${name} is not fixed; give one, for instance 640`);
    if (!Number.isInteger(side) || side < 1 || side > LONGEST_SIDE) {
      throw inputError(`the ${name} of the input is ${side}, where 1 to ${LONGEST_SIDE} are possible`);
    }
    return side;
  };
  return { ...input, dims: [1, 3, sideOf(size.height, height, 'height'), sideOf(size.width, width, 'width')] };
}

/** Inputs beside the picture, such as its original size, have one row a picture. */
function fixOther(input: OnnxValue): FixedInput {
  const dims = input.dims?.map((dim, axis) => (axis === 0 && typeof dim !== 'number' ? 1 : dim));
  if (dims?.every((dim) => typeof dim === 'number')) return { ...input, dims };
  throw inputError(
    `input ${JSON.stringify(input.name)} is ${textOf(input.dims)}; export the model with fixed dimensions`,
  );
}

/** For messages: `[batch, 3, ?, ?]`. */
function textOf(dims: OnnxValue['dims']): string {
  return dims === null ? 'of unknown shape' : `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}

function inputError(fact: string): DeepThingsError {
  return new DeepThingsError('DT_ONNX_INPUT', fact);
}
