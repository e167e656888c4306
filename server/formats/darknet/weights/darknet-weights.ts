import type { Interval } from '../../../geometry/region.js';
import type { DarknetNetwork } from '../darknet-network.js';
import type { ConvolutionWeights, Layer, WeightedLayer } from '../layers.js';
import { binarize } from './binary-weights.js';
import { WeightMemory } from './weight-memory.js';

/** Start of a `.weights` file. */
export interface WeightsHeader {
  readonly major: number;
  readonly minor: number;
  /** 16 before version 0.2 (the count of pictures seen has 32 bits), 20 since (64 bits). */
  readonly byteLength: 16 | 20;
}

/** Where one layer's numbers lie in a `.weights` file. */
export interface WeightsSpan {
  /** Index in the network. */
  readonly layer: number;
  readonly byteOffset: number;
  readonly byteLength: number;
}

const FLOAT_BYTES = 4;
/** Darknet adds it to the deviation, not to the variance. */
const DARKNET_EPSILON = Math.fround(0.000001);

/** Reads a file's first bytes, 16 at least; what the file may be otherwise is not looked at. */
export function parseWeightsHeader(bytes: Uint8Array): WeightsHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = view.getInt32(0, true);
  const minor = view.getInt32(4, true);
  const wide = major * 10 + minor >= 2 && major < 1000 && minor < 1000;
  return { major, minor, byteLength: wide ? 20 : 16 };
}

/** Where each layer's numbers lie, in file order. */
export function weightsSpans(network: DarknetNetwork, headerBytes: number): readonly WeightsSpan[] {
  const spans: WeightsSpan[] = [];
  let byteOffset = headerBytes;
  for (const [index, layer] of network.layers.entries()) {
    if (isWeighted(layer)) {
      const byteLength = FLOAT_BYTES * fileNumbers(layer);
      spans.push({ layer: index, byteOffset, byteLength });
      byteOffset += byteLength;
    }
  }
  return spans;
}

function fileNumbers(layer: WeightedLayer): number {
  if (layer.kind === 'batchnorm') return 3 * layer.input.channels;
  return biasNumbers(layer) * (layer.batchNormalize ? 4 : 1) + kernelNumbers(layer);
}

/** Length in bytes that a network's weights file must have, for a given header. */
export function weightsFileBytes(network: DarknetNetwork, headerBytes: number): number {
  const last = weightsSpans(network, headerBytes).at(-1);
  return last === undefined ? headerBytes : last.byteOffset + last.byteLength;
}

/**
 * One layer's numbers as Darknet writes them. A convolution: biases, with batch normalisation scales, means and
 * variances, then the kernel; a connected or local layer has the kernel right behind the biases. Batch normalisation is folded in as
 * Darknet computes it, `y = scale * (x - mean) / (sqrt(variance) + 1e-6) + bias`; a binary kernel is made so before.
 * A batchnorm layer has scales, means and variances, and no biases.
 *
 * @param bytes exactly the layer's span, little-endian; left as it is.
 * @param memory for the kernel.
 */
export function foldWeights(layer: WeightedLayer, bytes: Uint8Array, memory = new WeightMemory()): ConvolutionWeights {
  const aligned = bytes.byteOffset % FLOAT_BYTES === 0 ? bytes : bytes.slice();
  const numbers = new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / FLOAT_BYTES);
  if (layer.kind === 'batchnorm') return foldBatchnorm(numbers, layer.input.channels);
  const outputs = biasNumbers(layer);
  const kernel = kernelNumbers(layer);
  const bias = numbers.slice(0, outputs);
  const kernelStart = layer.batchNormalize && layer.kind === 'convolutional' ? 4 * outputs : outputs;
  const weights = memory.take(kernel);
  weights.set(numbers.subarray(kernelStart, kernelStart + kernel));
  if (layer.kind === 'convolutional' && layer.isXnor) binarize(weights, layer.filters);
  if (!layer.batchNormalize) {
    return { weights, bias };
  }
  const normalisation = layer.kind === 'convolutional' ? outputs : outputs + kernel;
  const part = (index: number) =>
    numbers.subarray(normalisation + index * outputs, normalisation + (index + 1) * outputs);
  const [scales, means, variances] = [part(0), part(1), part(2)];
  const perOutput = kernel / outputs;
  for (let output = 0; output < outputs; output++) {
    const factor = scales[output]! / (Math.sqrt(variances[output]!) + DARKNET_EPSILON);
    bias[output] = bias[output]! - means[output]! * factor;
    for (let i = output * perOutput; i < (output + 1) * perOutput; i++) {
      weights[i] = weights[i]! * factor;
    }
  }
  return { weights, bias };
}

function foldBatchnorm(numbers: Float32Array, channels: number): ConvolutionWeights {
  const weights = numbers.slice(0, channels);
  const bias = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const [mean, variance] = [numbers[channels + channel]!, numbers[2 * channels + channel]!];
    weights[channel] = weights[channel]! / (Math.sqrt(variance) + DARKNET_EPSILON);
    bias[channel] = -mean * weights[channel]!;
  }
  return { weights, bias };
}

/** Layers whose weights are wanted, by index; all when nothing is said. */
export type WantedLayers = Interval | ReadonlySet<number> | undefined;

/** Whether a layer is among the wanted ones. */
export function isWanted(layer: number, layers: WantedLayers): boolean {
  if (layers === undefined) return true;
  return 'start' in layers ? layers.start <= layer && layer < layers.end : layers.has(layer);
}

/** Whether a weights file has numbers for a layer. */
export function isWeighted(layer: Layer): layer is WeightedLayer {
  if (layer.kind === 'convolutional') return layer.sharedFrom === undefined;
  return layer.kind === 'connected' || layer.kind === 'local' || layer.kind === 'batchnorm';
}

/** How many biases a layer has: one a filter, output or channel, of a local layer for each cell. */
export function biasNumbers(layer: WeightedLayer): number {
  if (layer.kind === 'connected') return layer.outputs;
  if (layer.kind === 'batchnorm') return layer.input.channels;
  return layer.kind === 'local' ? layer.filters * cellsOf(layer) : layer.filters;
}

/**
 * How many numbers a layer's kernel has: a convolution's `filters * channels / groups * size * size`, a local layer's
 * as many for each cell, a connected layer's `outputs * channels * height * width`, a batchnorm layer's `channels`.
 */
export function kernelNumbers(layer: WeightedLayer): number {
  if (layer.kind === 'connected') {
    return layer.outputs * layer.input.channels * layer.input.height * layer.input.width;
  }
  if (layer.kind === 'batchnorm') return layer.input.channels;
  const perChannel = layer.filters * layer.size * layer.size;
  if (layer.kind === 'local') return cellsOf(layer) * layer.input.channels * perChannel;
  return perChannel * (layer.input.channels / layer.groups);
}

function cellsOf({ output }: Layer): number {
  return output.height * output.width;
}
