import type {
  ConvolutionWeights,
  Layer,
  LocalAvgPoolLayer,
  LocalLayer,
  NetworkWeights,
  ShortcutLayer,
} from '../../server/formats/darknet/layers.js';
import type { MapShape } from '../../server/geometry/region.js';
import { ACTIVATE, connect, convolve, pool, reorganize } from './reference-layers.js';

type Values = Float32Array | Float64Array;

interface FilledMap {
  readonly shape: MapShape;
  readonly data: Values;
}

/**
 * Every map of a network, as the loops of Darknet's program make them; `maps[l]` is the input of layer l.
 *
 * @param picture `[channels, height, width]` of the network's input.
 */
export function referenceMaps(layers: readonly Layer[], weights: NetworkWeights, picture: Float32Array): Values[] {
  const maps: FilledMap[] = [{ shape: layers[0]!.input, data: picture }];
  for (const [index, layer] of layers.entries()) {
    maps.push({ shape: layer.output, data: run(layer, index, weights, maps) });
  }
  return maps.map(({ data }) => data);
}

function run(layer: Layer, index: number, weights: NetworkWeights, maps: readonly FilledMap[]): Values {
  const input = Float32Array.from(maps[index]!.data);
  const outputOf = (earlier: number) => maps[earlier + 1]!;
  const { channels, height, width } = layer.input;
  switch (layer.kind) {
    case 'convolutional':
      return convolve(layer, weights.get(layer.sharedFrom ?? index)!, layer.isXnor ? input.map(signOf) : input);
    case 'batchnorm': {
      const { weights: factors, bias } = weights.get(index)!;
      return Float64Array.from(input, (value, i) => {
        const channel = Math.floor(i / (height * width));
        return value * factors[channel]! + bias[channel]!;
      });
    }
    case 'local':
      return convolveLocally(layer, weights.get(index)!, input);
    case 'connected':
      return connect(layer, weights.get(index)!, input);
    case 'maxpool':
      return pool(layer, input);
    case 'local_avgpool':
      return poolMean(layer, input);
    case 'avgpool':
      return Float64Array.from({ length: channels }, (_, c) => {
        const plane = input.subarray(c * height * width, (c + 1) * height * width);
        return plane.reduce((sum, value) => sum + value, 0) / plane.length;
      });
    case 'route': {
      const { count, index: part } = layer.group ?? { count: 1, index: 0 };
      return Float64Array.from(
        layer.layers.flatMap((source) => {
          const { data } = outputOf(source);
          const size = data.length / count;
          return [...data.subarray(part * size, (part + 1) * size)];
        }),
      );
    }
    case 'shortcut':
      return addMaps(layer, input, layer.from.map(outputOf)).map(ACTIVATE[layer.activation]);
    case 'sam':
      return Float64Array.from(input, (value, i) => ACTIVATE[layer.activation](value * outputOf(layer.from).data[i]!));
    case 'scale_channels': {
      const map = outputOf(layer.from);
      const area = map.shape.height * map.shape.width;
      const factor = (i: number) => input[layer.each === 'channel' ? Math.floor(i / area) : i % area]!;
      return Float64Array.from(map.data, (value, i) => ACTIVATE[layer.activation](value * factor(i)));
    }
    case 'upsample':
      return eachCell(layer.output, (c, y, x) => {
        const [row, column] = [Math.floor(y / layer.stride), Math.floor(x / layer.stride)];
        return layer.scale * input[column + width * (row + height * c)]!;
      });
    case 'crop': {
      const [top, left] = [Math.floor((height - layer.height) / 2), Math.floor((width - layer.width) / 2)];
      return eachCell(layer.output, (c, y, x) => {
        const value = input[x + left + width * (y + top + height * c)]!;
        return layer.isAdjusted ? 2 * value - 1 : value;
      });
    }
    case 'activation':
      return input.map(ACTIVATE[layer.activation]);
    case 'reorg':
      return reorganize(layer, input);
    case 'reorg3d':
      return eachCell(layer.output, (k, y, x) => {
        const block = Math.floor(k / channels);
        const row = y * layer.stride + Math.floor(block / layer.stride);
        return input[x * layer.stride + (block % layer.stride) + width * (row + height * (k % channels))]!;
      });
    default:
      return input;
  }
}

/** As Darknet's `binarize_cpu`. */
function signOf(value: number): number {
  return value > 0 ? 1 : -1;
}

/** Darknet's `im2col_cpu` into columns, and for each place a product with its own matrix. */
function convolveLocally(
  { activation, filters, input, output, padding, size, stride }: LocalLayer,
  { weights, bias }: ConvolutionWeights,
  values: Float32Array,
): Float64Array {
  const [places, k] = [output.height * output.width, input.channels * size * size];
  const columns = new Float64Array(k * places);
  for (let c = 0; c < k; c++) {
    const [across, down, plane] = [c % size, Math.floor(c / size) % size, Math.floor(c / size / size)];
    for (let h = 0; h < output.height; h++) {
      for (let w = 0; w < output.width; w++) {
        const [row, column] = [down + h * stride - padding, across + w * stride - padding];
        if (row < 0 || column < 0 || row >= input.height || column >= input.width) continue;
        columns[(c * output.height + h) * output.width + w] =
          values[column + input.width * (row + input.height * plane)]!;
      }
    }
  }
  const sums = Float64Array.from(bias);
  for (let j = 0; j < places; j++) {
    for (let m = 0; m < filters; m++) {
      for (let i = 0; i < k; i++)
        sums[m * places + j]! += weights[(j * filters + m) * k + i]! * columns[i * places + j]!;
    }
  }
  return sums.map(ACTIVATE[activation]);
}

/** Of a larger map every stride-th cell, of other channels those that both have. */
function addMaps({ input }: ShortcutLayer, values: Float32Array, others: readonly FilledMap[]): Float64Array {
  const sum = Float64Array.from(values);
  for (const { data, shape } of others) {
    const stride = Math.floor(shape.width / input.width);
    for (let c = 0; c < Math.min(shape.channels, input.channels); c++) {
      for (let y = 0; y < input.height; y++) {
        for (let x = 0; x < input.width; x++) {
          sum[x + input.width * (y + input.height * c)]! +=
            data[x * stride + shape.width * (y * stride + shape.height * c)]!;
        }
      }
    }
  }
  return sum;
}

/** The mean of the cells of each window that are there. */
function poolMean(
  { input, output, size, stride, totalPadding }: LocalAvgPoolLayer,
  values: Float32Array,
): Float64Array {
  const before = Math.floor(totalPadding / 2);
  return eachCell(output, (c, y, x) => {
    let [sum, count] = [0, 0];
    for (let n = 0; n < size * size; n++) {
      const [row, column] = [y * stride - before + Math.floor(n / size), x * stride - before + (n % size)];
      if (row < 0 || row >= input.height || column < 0 || column >= input.width) continue;
      sum += values[column + input.width * (row + input.height * c)]!;
      count += 1;
    }
    return sum / count;
  });
}

function eachCell({ channels, height, width }: MapShape, value: (c: number, y: number, x: number) => number) {
  return Float64Array.from({ length: channels * height * width }, (_, i) =>
    value(Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width),
  );
}
