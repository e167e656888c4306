import type { FeatureBlock } from '../../server/engine/inference-engine.js';
import type {
  Activation,
  ConnectedLayer,
  ConvolutionalLayer,
  ConvolutionWeights,
  MaxPoolLayer,
  ReorgLayer,
} from '../../server/formats/darknet/layers.js';

export const ACTIVATE: Readonly<Record<Activation, (value: number) => number>> = {
  linear: (value) => value,
  leaky: (value) => (value > 0 ? value : 0.1 * value),
  relu: (value) => Math.max(0, value),
  logistic: (value) => 1 / (1 + Math.exp(-value)),
  swish: (value) => value / (1 + Math.exp(-value)),
  relu6: (value) => Math.min(6, Math.max(0, value)),
  elu: (value) => (value >= 0 ? value : Math.expm1(value)),
  selu: (value) => 1.0507 * (value >= 0 ? value : 1.6732 * Math.expm1(value)),
  relie: (value) => (value > 0 ? value : 0.01 * value),
  ramp: (value) => Math.max(0, value) + 0.1 * value,
  tanh: Math.tanh,
  loggy: (value) => 2 / (1 + Math.exp(-value)) - 1,
  hardtan: (value) => Math.min(1, Math.max(-1, value)),
  mish: (value) => value * Math.tanh(Math.log1p(Math.exp(value))),
};

/** A convolution as its definition has it, in double precision. */
export function convolve(layer: ConvolutionalLayer, { weights, bias }: ConvolutionWeights, input: Float32Array) {
  const { channels, height, width } = layer.input;
  const { dilation = 1, output, size, stride, padding } = layer;
  const perGroup = channels / layer.groups;
  const filtersPerGroup = layer.filters / layer.groups;
  return fill(output, (filter, y, x) => {
    let sum = bias[filter]!;
    const firstChannel = Math.floor(filter / filtersPerGroup) * perGroup;
    for (let c = 0; c < perGroup; c++) {
      for (let ky = 0; ky < size; ky++) {
        for (let kx = 0; kx < size; kx++) {
          const [row, column] = [y * stride + dilation * (ky - padding), x * stride + dilation * (kx - padding)];
          if (row >= 0 && row < height && column >= 0 && column < width) {
            const weight = weights[((filter * perGroup + c) * size + ky) * size + kx]!;
            sum += weight * input[((firstChannel + c) * height + row) * width + column]!;
          }
        }
      }
    }
    return ACTIVATE[layer.activation](sum);
  });
}

/** A connected layer, in double precision. */
export function connect(layer: ConnectedLayer, { weights, bias }: ConvolutionWeights, input: Float32Array) {
  return Float32Array.from({ length: layer.outputs }, (_, output) =>
    ACTIVATE[layer.activation](
      input.reduce((sum, value, i) => sum + value * weights[output * input.length + i]!, bias[output]!),
    ),
  );
}

/** Max pooling with minus infinity outside. */
export function pool(layer: MaxPoolLayer, input: Float32Array) {
  const { height, width } = layer.input;
  const before = Math.floor(layer.totalPadding / 2);
  return fill(layer.output, (channel, y, x) => {
    let max = Number.NEGATIVE_INFINITY;
    for (let ky = 0; ky < layer.size; ky++) {
      for (let kx = 0; kx < layer.size; kx++) {
        const [row, column] = [y * layer.stride - before + ky, x * layer.stride - before + kx];
        if (row >= 0 && row < height && column >= 0 && column < width) {
          max = Math.max(max, input[(channel * height + row) * width + column]!);
        }
      }
    }
    return max;
  });
}

/** Darknet's reorg by its flat indices: the output is filled in order, from where its rule reads the input. */
export function reorganize(layer: ReorgLayer, input: Float32Array) {
  const { channels, height, width } = layer.input;
  const s = layer.stride;
  const depth = channels / (s * s);
  const output = new Float32Array(input.length);
  for (let k = 0; k < channels; k++) {
    const offset = Math.floor(k / depth);
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++) {
        const column = i * s + (offset % s);
        const row = j * s + Math.floor(offset / s);
        output[i + width * (j + height * k)] = input[column + width * s * (row + height * s * (k % depth))]!;
      }
    }
  }
  return output;
}

/** The block with `value` around it. */
export function surround(block: FeatureBlock, before: number, after: readonly [number, number], value: number) {
  const { channels, height, width } = block.shape;
  const shape = { channels, height: before + height + after[0], width: before + width + after[1] };
  const data = fill(shape, (channel, y, x) => {
    const [row, column] = [y - before, x - before];
    const inside = row >= 0 && row < height && column >= 0 && column < width;
    return inside ? block.data[(channel * height + row) * width + column]! : value;
  });
  return { data, shape };
}

function fill(
  { channels, height, width }: FeatureBlock['shape'],
  value: (channel: number, y: number, x: number) => number,
): Float32Array {
  const data = new Float32Array(channels * height * width);
  let at = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        data[at++] = value(channel, y, x);
      }
    }
  }
  return data;
}
