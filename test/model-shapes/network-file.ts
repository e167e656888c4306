import type { Attribute } from '../../server/graph/graph.js';
import { type SeededRandom, seededRandom } from '../../server/model/seeded-random.js';
import { fromFloat16, toFloat16 } from '../../server/tensor/float16.js';
import {
  DATA_TYPE,
  type FileNode,
  type FileTensor,
  type FileValue,
  int64Tensor,
  onnxFile,
} from '../support/onnx-file.js';

/** A feature map between two nodes of a file. */
export interface FileMap {
  readonly name: string;
  readonly channels: number;
}

/** Weights as the file has them: halves, or 32-bit floats; `rounded` are 32-bit floats that are halves as well. */
export type WeightsType = 'float32' | 'float16' | 'rounded';

export interface NetworkOptions {
  readonly seed: number;
  /** Of the picture; left out: the file leaves them open. */
  readonly height?: number;
  readonly width?: number;
  readonly weights?: WeightsType;
  readonly opset?: number;
}

export interface ConvOptions {
  readonly stride?: number;
  readonly pad?: number;
  readonly groups?: number;
  /** Of every bias; random where it is left out. */
  readonly bias?: number | 'none';
  /** Times the spread that keeps numbers as large as they were. */
  readonly gain?: number;
}

const ints = (...integers: number[]): Attribute => ({ integers });

/** A model's file that grows node by node, as an exporter writes it, with seeded random weights. */
export class NetworkFile {
  readonly picture: FileMap = { name: 'images', channels: 3 };
  readonly isDynamic: boolean;
  readonly #random: SeededRandom;
  readonly #options: NetworkOptions;
  readonly #nodes: FileNode[] = [];
  readonly #tensors: FileTensor[] = [];

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.isDynamic = options.height === undefined;
  }

  /** Of the picture. @throws TypeError where the file leaves it open. */
  get size(): { readonly height: number; readonly width: number } {
    const { height, width } = this.#options;
    if (height === undefined || width === undefined) throw new TypeError('the size is open');
    return { height, width };
  }

  /** @returns the name of its output; see `nodes` for several. */
  node(operator: string, inputs: readonly string[], attributes: FileNode['attributes'] = {}): string {
    return this.nodes(operator, inputs, 1, attributes)[0]!;
  }

  nodes(
    operator: string,
    inputs: readonly string[],
    outputs: number,
    attributes: FileNode['attributes'] = {},
  ): readonly string[] {
    const name = `/${operator}_${this.#nodes.length}`;
    const made = Array.from({ length: outputs }, (_, i) => `${name}_output_${i}`);
    this.#nodes.push({ operator, name, inputs, outputs: made, attributes });
    return made;
  }

  /** @param dims left out: a vector; [] for a scalar. */
  integers(values: readonly number[], dims?: readonly number[]): string {
    return this.#add(int64Tensor(`integers_${this.#tensors.length}`, values, dims && [...dims]));
  }

  floats(values: readonly number[] | Float32Array, dims: readonly number[] = [values.length]): string {
    const name = `floats_${this.#tensors.length}`;
    const { weights = 'float32' } = this.#options;
    const floats = Float32Array.from(values);
    if (weights === 'float32') return this.#add({ name, type: 'float32', dims, raw: new Uint8Array(floats.buffer) });
    const halves = toFloat16(floats);
    const [type, array] =
      weights === 'float16' ? (['float16', halves] as const) : (['float32', fromFloat16(halves)] as const);
    return this.#add({ name, type, dims, raw: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) });
  }

  /** Uniform numbers of mean 0. */
  random(dims: readonly number[], spread: number): string {
    const length = dims.reduce((product, dim) => product * dim, 1);
    return this.floats(
      Float32Array.from({ length }, () => (2 * this.#random() - 1) * spread),
      dims,
    );
  }

  conv(from: FileMap, channels: number, kernel: number, options: ConvOptions = {}): FileMap {
    const { bias, gain = 1, groups = 1, pad = Math.floor(kernel / 2), stride = 1 } = options;
    const inputs = (from.channels / groups) * kernel * kernel;
    const weights = this.random([channels, from.channels / groups, kernel, kernel], gain * Math.sqrt(6 / inputs));
    const inputNames = bias === 'none' ? [from.name, weights] : [from.name, weights, this.#biases(channels, bias)];
    const name = this.node('Conv', inputNames, {
      dilations: ints(1, 1),
      group: { integer: groups },
      kernel_shape: ints(kernel, kernel),
      pads: ints(pad, pad, pad, pad),
      strides: ints(stride, stride),
    });
    return { name, channels };
  }

  /** Normalises each channel by random numbers, as a trained network has them. */
  batchNormalization({ channels, name }: FileMap): FileMap {
    const around = (middle: number, spread: number) =>
      this.floats(Float32Array.from({ length: channels }, () => middle + (2 * this.#random() - 1) * spread));
    const numbers = [around(1, 0.3), around(0, 0.3), around(0, 0.3), around(1, 0.3)];
    return { name: this.node('BatchNormalization', [name, ...numbers], { epsilon: { float: 1e-5 } }), channels };
  }

  relu({ channels, name }: FileMap): FileMap {
    return { name: this.node('Relu', [name]), channels };
  }

  /** As PyTorch exports it: two nodes. */
  silu({ channels, name }: FileMap): FileMap {
    return { name: this.node('Mul', [name, this.node('Sigmoid', [name])]), channels };
  }

  add(a: FileMap, b: FileMap): FileMap {
    return { name: this.node('Add', [a.name, b.name]), channels: a.channels };
  }

  concat(maps: readonly FileMap[]): FileMap {
    const name = this.node(
      'Concat',
      maps.map((map) => map.name),
      { axis: { integer: 1 } },
    );
    return { name, channels: maps.reduce((sum, { channels }) => sum + channels, 0) };
  }

  /** Two halves of the channels. */
  chunk({ channels, name }: FileMap): readonly [FileMap, FileMap] {
    const half = channels / 2;
    const [a, b] = this.nodes('Split', [name, this.integers([half, half])], 2, { axis: { integer: 1 } });
    return [
      { name: a!, channels: half },
      { name: b!, channels: half },
    ];
  }

  maxPool({ channels, name }: FileMap, kernel: number, stride: number, pad: number, ceilMode = 0): FileMap {
    const pooled = this.node('MaxPool', [name], {
      ceil_mode: { integer: ceilMode },
      kernel_shape: ints(kernel, kernel),
      pads: ints(pad, pad, pad, pad),
      strides: ints(stride, stride),
    });
    return { name: pooled, channels };
  }

  /** As PyTorch exports `avg_pool2d`: the padding is counted. */
  averagePool({ channels, name }: FileMap, kernel: number, stride: number, pad = 0): FileMap {
    const pooled = this.node('AveragePool', [name], {
      ceil_mode: { integer: 0 },
      count_include_pad: { integer: 1 },
      kernel_shape: ints(kernel, kernel),
      pads: ints(pad, pad, pad, pad),
      strides: ints(stride, stride),
    });
    return { name: pooled, channels };
  }

  /** As PyTorch exports `Upsample(scale_factor=2)`. */
  twice({ channels, name }: FileMap): FileMap {
    const enlarged = this.node('Resize', [name, '', this.floats32([1, 1, 2, 2])], {
      coordinate_transformation_mode: { text: 'asymmetric' },
      mode: { text: 'nearest' },
      nearest_mode: { text: 'floor' },
    });
    return { name: enlarged, channels };
  }

  /** To the type of the weights. */
  cast(name: string): string {
    return this.node('Cast', [name], { to: { integer: DATA_TYPE[this.#type] } });
  }

  /** 32-bit floats also where weights are halves: scales of Resize. */
  floats32(values: readonly number[]): string {
    const raw = new Uint8Array(Float32Array.from(values).buffer);
    return this.#add({ name: `floats_${this.#tensors.length}`, type: 'float32', dims: [values.length], raw });
  }

  /**
   * @param outputs names that nodes gave.
   * @param otherInputs beside the picture.
   */
  finish(
    outputs: readonly FileValue[],
    metadata: Readonly<Record<string, string>> = {},
    otherInputs: readonly FileValue[] = [],
  ): Uint8Array {
    const { height, opset = 17, width } = this.#options;
    const type = this.#type;
    const dims = this.isDynamic ? ['batch', 3, 'height', 'width'] : [1, 3, height!, width!];
    return onnxFile({
      ...{ opset, metadata, outputs, nodes: this.#nodes, tensors: this.#tensors },
      inputs: [{ name: this.picture.name, type, dims }, ...otherInputs],
    });
  }

  #biases(channels: number, bias: number | undefined): string {
    return bias === undefined ? this.random([channels], 0.1) : this.floats(Array<number>(channels).fill(bias));
  }

  get #type() {
    return this.#options.weights === 'float16' ? 'float16' : 'float32';
  }

  #add(tensor: FileTensor): string {
    this.#tensors.push(tensor);
    return tensor.name;
  }
}
