import { DeepThingsError } from '../../errors.js';
import { nameOfType, TYPE } from './file/data-types.js';
import type { OnnxGraph, OnnxModel, OnnxValue } from './file/onnx-model.js';
import type { NodeFields, TensorFields } from './file/write-messages.js';
import { told } from './told-inputs.js';

/** The size of the picture that the caller wants; where it is left out, the file's. */
export interface PictureSize {
  readonly height?: number;
  readonly width?: number;
}

/** An input of the file with dimensions that are all numbers. */
export interface FixedInput extends OnnxValue {
  readonly dims: readonly number[];
}

/** The one input that a model has left: a picture `[1, 3, height, width]` of floats. */
export interface FixedInputs {
  readonly picture: FixedInput;
  /** Nodes before those of the file, where it takes the picture in another form. */
  readonly nodes: readonly NodeFields[];
  /** In place of the file's other inputs. */
  readonly constants: readonly TensorFields[];
  /** The file takes pixels as they are, bytes from 0 to 255, and normalises them itself. */
  readonly takesBytes: boolean;
  /** The caller's size is another than the file's. */
  readonly isResized: boolean;
}

/** Pixels of a side; the largest that detectors have is 1536. */
const LONGEST_SIDE = 16_384;

const PICTURE_TYPES: readonly number[] = [TYPE.float, TYPE.float16, TYPE.double, TYPE.uint8];

/**
 * Leaves a model one input of fixed dimensions: one picture a run, channels first, of the caller's size or else the file's.
 *
 * @throws DT_ONNX_INPUT when no input is a picture of 3 channels, a size is missing, or another input is not known.
 */
export function fixInputs({ graph }: OnnxModel, wanted: PictureSize): FixedInputs {
  const input = graph.inputs.find(({ dims }) => dims?.length === 4);
  if (input === undefined) {
    const found = graph.inputs.map(({ name, dims }) => `${JSON.stringify(name)} ${textOf(dims)}`).join(', ');
    throw inputError(`the model has no input of four dimensions, but ${found}`);
  }
  const { isLast, ...fixed } = fixPicture(input, wanted);
  const others = graph.inputs.filter((other) => other !== input);
  const constants = others.map((other) => told(other, fixed));
  const takesBytes = input.dataType === TYPE.uint8;
  const { nodes, dataType, name } = inFileForm(graph, input, isLast);
  const picture = { name, dataType, dims: [1, 3, fixed.height, fixed.width] };
  return { picture, nodes, constants, takesBytes, isResized: fixed.isResized };
}

function fixPicture(input: OnnxValue, wanted: PictureSize) {
  const dims = input.dims!;
  const what = `input ${JSON.stringify(input.name)} is ${textOf(dims)}`;
  const isLast = dims[3] === 3 && dims[1] !== 3;
  const channels = isLast ? 3 : dims[1];
  if (typeof channels === 'number' && channels !== 3) {
    throw inputError(`${what}: it has ${channels} channels; colour pictures have 3`);
  }
  if (!PICTURE_TYPES.includes(input.dataType)) {
    const found = nameOfType(input.dataType);
    throw inputError(`${what} of ${found}; export the model with pictures of float32 or uint8`);
  }
  const [height, width] = isLast ? [dims[1], dims[2]] : [dims[2], dims[3]];
  const sideOf = (side: number | undefined, own: number | string | undefined, name: string): number => {
    const size = side ?? own;
    if (typeof size !== 'number') throw inputError(`${what}: its ${name} is not fixed; give one, for instance 640`);
    if (Number.isInteger(size) && size >= 1 && size <= LONGEST_SIDE) return size;
    throw inputError(`the ${name} of the input is ${size}, where 1 to ${LONGEST_SIDE} are possible`);
  };
  const fixed = { height: sideOf(wanted.height, height, 'height'), width: sideOf(wanted.width, width, 'width') };
  const isOther = (own: number | string | undefined, side: number) => typeof own === 'number' && own !== side;
  return { ...fixed, isLast, isResized: isOther(height, fixed.height) || isOther(width, fixed.width) };
}

/** The nodes that make of a picture of floats, channels first, what the file reads. */
function inFileForm(graph: OnnxGraph, { dataType, name }: OnnxValue, isLast: boolean) {
  const isBytes = dataType === TYPE.uint8;
  // Bytes that are made floats first are exact as floats.
  const needsCast = isBytes && !becomesFloats(graph, name);
  const steps = [
    ...(needsCast ? [['Cast', { to: { integer: TYPE.uint8 } }] as const] : []),
    ...(isLast ? [['Transpose', { perm: { integers: [0, 2, 3, 1] } }] as const] : []),
  ];
  const nameBefore = (step: number) => {
    if (step === steps.length) return name;
    return step === 0 ? `${name} as a picture` : `${name} step ${step}`;
  };
  const nodes = steps.map(([operator, attributes], step): NodeFields => {
    const what = `${operator} of the picture`;
    return { name: what, operator, attributes, inputs: [nameBefore(step)], outputs: [nameBefore(step + 1)] };
  });
  return { nodes, name: nameBefore(0), dataType: isBytes ? TYPE.float : dataType };
}

/** Operators that hand numbers on as they are, of any type. */
const MOVES: ReadonlySet<string> = new Set('Identity Reshape Slice Split Squeeze Transpose Unsqueeze'.split(' '));
const FLOATS: readonly number[] = [TYPE.float, TYPE.float16, TYPE.double];

/** Tells whether a file makes floats of an input before it computes anything with it. */
function becomesFloats({ nodes, outputs }: OnnxGraph, input: string): boolean {
  const moved = new Set([input]);
  for (const { attributes, inputs, operator, outputs: made } of nodes) {
    if (!inputs.some((name) => moved.has(name)) || operator === 'Shape') continue;
    const to = attributes.to !== undefined && 'integer' in attributes.to ? attributes.to.integer : 0;
    if (operator === 'Cast' && FLOATS.includes(to)) continue;
    if (!MOVES.has(operator)) return false;
    for (const name of made) moved.add(name);
  }
  return !outputs.some(({ name }) => moved.has(name));
}

/** For messages: `[batch, 3, ?, ?]`. */
function textOf(dims: OnnxValue['dims']): string {
  return dims === null ? 'of unknown shape' : `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}

function inputError(fact: string): DeepThingsError {
  return new DeepThingsError('DT_ONNX_INPUT', fact);
}
