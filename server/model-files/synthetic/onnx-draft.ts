import { TYPE } from '../../formats/onnx/file/data-types.js';
import {
  type NodeFields,
  type TensorFields,
  writeNode,
  writeTensor,
  writeValue,
  written,
} from '../../formats/onnx/file/write-messages.js';
import { type Attribute, elementCount } from '../../graph/graph.js';
import { seededRandom } from '../../model/seeded-random.js';

/** A feature map between two nodes. */
export interface DraftMap {
  readonly name: string;
  readonly channels: number;
}

export interface ConvSettings {
  readonly kernel?: number;
  readonly stride?: number;
  /** Of all outputs; without it small random numbers. */
  readonly bias?: number;
  /** Times the spread of weights that keeps the numbers of a map as large as those of the map before. */
  readonly gain?: number;
}

const IR_VERSION = 8;
const OPSET_VERSION = 17;

/** E[x²] / E[f(x)²] of SiLU, for large x; of small x it leaves less, layer by layer, so maps have to begin with large ones. */
const SILU_VARIANCE_GAIN = 2;

/** Biases are this small: they keep maps from being symmetric and change no scale. */
const BIAS_LIMIT = 0.05;

const integers = (...values: number[]): Attribute => ({ integers: values });
const integer = (value: number): Attribute => ({ integer: value });

/** An ONNX file that grows node by node, in the forms that PyTorch's exporter writes, with weights out of a seed. */
export class OnnxDraft {
  readonly picture: DraftMap;
  readonly #seed: number;
  readonly #size: number;
  readonly #nodes: NodeFields[] = [];
  readonly #tensors: TensorFields[] = [];

  /**
   * @param seed of the weights.
   * @param size of the square picture, in pixels.
   */
  constructor(seed: number, size: number) {
    this.#seed = seed;
    this.#size = size;
    this.picture = { name: 'images', channels: 3 };
  }

  /** Adds a node with one output. @returns the output's name. */
  node(operator: string, inputs: readonly string[], attributes: NodeFields['attributes'] = {}): string {
    const name = `/${operator}_${this.#nodes.length}`;
    const output = `${name}_output_0`;
    this.#nodes.push({ name, operator, attributes, inputs, outputs: [output] });
    return output;
  }

  int64s(values: readonly number[]): string {
    return this.#constant(TYPE.int64, [values.length], BigInt64Array.from(values, BigInt));
  }

  floats(values: readonly number[]): string {
    return this.#constant(TYPE.float, [values.length], Float32Array.from(values));
  }

  /** A convolution with padding that keeps the size, at stride 1. */
  conv(from: DraftMap, channels: number, { bias, gain = 1, kernel = 1, stride = 1 }: ConvSettings = {}): DraftMap {
    const pad = (kernel - 1) / 2;
    const shape = [channels, from.channels, kernel, kernel];
    const fanIn = from.channels * kernel * kernel;
    // A uniform distribution on [-limit, limit] has the variance limit^2 / 3.
    const weights = this.#random(shape, gain * Math.sqrt((3 * SILU_VARIANCE_GAIN) / fanIn));
    const biases =
      bias === undefined
        ? this.#random([channels], BIAS_LIMIT)
        : this.floats(Array.from({ length: channels }, () => bias));
    const name = this.node('Conv', [from.name, weights, biases], {
      dilations: integers(1, 1),
      group: integer(1),
      kernel_shape: integers(kernel, kernel),
      pads: integers(pad, pad, pad, pad),
      strides: integers(stride, stride),
    });
    return { name, channels };
  }

  sigmoid({ channels, name }: DraftMap): DraftMap {
    return { name: this.node('Sigmoid', [name]), channels };
  }

  silu(map: DraftMap): DraftMap {
    return { name: this.node('Mul', [map.name, this.sigmoid(map).name]), channels: map.channels };
  }

  add(a: DraftMap, b: DraftMap): DraftMap {
    return { name: this.node('Add', [a.name, b.name]), channels: a.channels };
  }

  concat(maps: readonly DraftMap[]): DraftMap {
    const names = maps.map(({ name }) => name);
    const channels = maps.reduce((sum, map) => sum + map.channels, 0);
    return { name: this.node('Concat', names, { axis: integer(1) }), channels };
  }

  /** Every second cell of every second row, from a row and a column on. */
  everySecond({ channels, name }: DraftMap, row: number, column: number): DraftMap {
    const places = [
      [row, column],
      [this.#size, this.#size],
      [2, 3],
      [2, 2],
    ];
    return { name: this.node('Slice', [name, ...places.map((numbers) => this.int64s(numbers))]), channels };
  }

  maxPool({ channels, name }: DraftMap, kernel: number): DraftMap {
    const pad = (kernel - 1) / 2;
    const attributes = {
      kernel_shape: integers(kernel, kernel),
      pads: integers(pad, pad, pad, pad),
      strides: integers(1, 1),
    };
    return { name: this.node('MaxPool', [name], attributes), channels };
  }

  /** Twice the rows and columns, each cell four times. */
  twice({ channels, name }: DraftMap): DraftMap {
    const enlarged = this.node('Resize', [name, '', this.floats([1, 1, 2, 2])], {
      coordinate_transformation_mode: { text: 'asymmetric' },
      mode: { text: 'nearest' },
      nearest_mode: { text: 'floor' },
    });
    return { name: enlarged, channels };
  }

  /** @returns the file, in parts. */
  file(outputs: readonly { readonly name: string; readonly dims: readonly number[] }[]): Uint8Array {
    return written((writer) => {
      writer.writeVarintField(1, IR_VERSION);
      writer.writeStringField(2, 'deepthings'); // producer_name
      writer.writeMessage(
        7,
        (_, graph) => {
          for (const node of this.#nodes) graph.writeMessage(1, writeNode, node);
          graph.writeStringField(2, 'synthetic');
          for (const tensor of this.#tensors) graph.writeMessage(5, writeTensor, tensor);
          const dims = [1, 3, this.#size, this.#size];
          graph.writeMessage(11, writeValue, { name: this.picture.name, dataType: TYPE.float, dims });
          for (const output of outputs) graph.writeMessage(12, writeValue, { ...output, dataType: TYPE.float });
        },
        null,
      );
      writer.writeMessage(8, (version: number, set) => set.writeVarintField(2, version), OPSET_VERSION);
    });
  }

  /** Uniform numbers of mean 0; each tensor has a random stream of its own. */
  #random(dims: readonly number[], limit: number): string {
    const random = seededRandom(this.#seed, this.#tensors.length);
    const values = new Float32Array(elementCount(dims));
    for (let i = 0; i < values.length; i++) values[i] = (2 * random() - 1) * limit;
    return this.#constant(TYPE.float, dims, values);
  }

  #constant(dataType: number, dims: readonly number[], { buffer }: Float32Array | BigInt64Array): string {
    const name = `constant_${this.#tensors.length}`;
    this.#tensors.push({ name, dataType, dims, elements: new Uint8Array(buffer as ArrayBuffer) });
    return name;
  }
}
