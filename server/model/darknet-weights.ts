import { DeepThingsError } from '../errors.js';
import type { Interval } from '../geometry/region.js';
import type { ConvolutionalLayer, ConvolutionWeights, Network, NetworkWeights } from './network.js';

/** Start of a `.weights` file. */
export interface WeightsHeader {
  readonly major: number;
  readonly minor: number;
  /** 16 before version 0.2 (the count of pictures seen has 32 bits), 20 since (64 bits). */
  readonly byteLength: 16 | 20;
}

/** Where one convolution's numbers lie in a `.weights` file. */
export interface WeightsSpan {
  /** Index in the network. */
  readonly layer: number;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** The longest header; a file's first bytes that `parseWeightsHeader` wants. */
export const LONGEST_HEADER_BYTES = 20;

const FLOAT_BYTES = 4;
/** Darknet adds it to the deviation, not to the variance. */
const DARKNET_EPSILON = Math.fround(0.000001);

/**
 * @param bytes the file's beginning.
 * @throws DT_WEIGHTS_LENGTH when there are too few bytes for a header.
 */
export function parseWeightsHeader(bytes: Uint8Array): WeightsHeader {
  if (bytes.byteLength < 16) {
    throw new DeepThingsError(
      'DT_WEIGHTS_LENGTH',
      `the weights file has ${bytes.byteLength} bytes, which is less than its header`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = view.getInt32(0, true);
  const minor = view.getInt32(4, true);
  const wide = major * 10 + minor >= 2 && major < 1000 && minor < 1000;
  return { major, minor, byteLength: wide ? 20 : 16 };
}

/** Where each convolution's numbers lie, in file order. */
export function weightsSpans(network: Network, headerBytes: number): readonly WeightsSpan[] {
  const spans: WeightsSpan[] = [];
  let byteOffset = headerBytes;
  for (const [index, layer] of network.layers.entries()) {
    if (layer.kind === 'convolutional') {
      const perFilter = layer.batchNormalize ? 4 : 1;
      const byteLength = FLOAT_BYTES * (layer.filters * perFilter + kernelNumbers(layer));
      spans.push({ layer: index, byteOffset, byteLength });
      byteOffset += byteLength;
    }
  }
  return spans;
}

/** Length in bytes that a network's weights file must have, for a given header. */
export function weightsFileBytes(network: Network, headerBytes: number): number {
  const last = weightsSpans(network, headerBytes).at(-1);
  return last === undefined ? headerBytes : last.byteOffset + last.byteLength;
}

/**
 * Checks that a file of this length belongs to the network. Darknet itself goes on with zeros when a file is short and
 * takes no notice of what is left over: both mean that file and cfg are not of one model.
 *
 * @throws DT_WEIGHTS_LENGTH with both sizes, and the layer at which a short file ends.
 */
export function checkWeightsLength(network: Network, header: WeightsHeader, fileBytes: number): void {
  const expected = weightsFileBytes(network, header.byteLength);
  if (fileBytes === expected) {
    return;
  }
  const sizes = `model ${network.name} needs ${expected} bytes of weights, the file has ${fileBytes}`;
  if (fileBytes > expected) {
    throw new DeepThingsError(
      'DT_WEIGHTS_LENGTH',
      `${sizes}: ${fileBytes - expected} bytes too many, so the file belongs to another model; give the cfg that it was trained with`,
    );
  }
  const spans = weightsSpans(network, header.byteLength);
  const end = spans.find((span) => span.byteOffset + span.byteLength > fileBytes)!;
  throw new DeepThingsError(
    'DT_WEIGHTS_LENGTH',
    `${sizes}: it ends within layer ${end.layer} [convolutional], which needs ${end.byteLength} bytes from byte ` +
      `${end.byteOffset} on; the file is cut off or belongs to another model`,
  );
}

/**
 * One convolution's numbers as Darknet writes them: biases, with batch normalisation scales, means and variances, then
 * the kernel. Batch normalisation is folded in as Darknet computes it,
 * `y = scale * (x - mean) / (sqrt(variance) + 1e-6) + bias`.
 *
 * @param bytes exactly the layer's span, little-endian; left as it is.
 */
export function foldConvolution(layer: ConvolutionalLayer, bytes: Uint8Array): ConvolutionWeights {
  const aligned = bytes.byteOffset % FLOAT_BYTES === 0 ? bytes : bytes.slice();
  const numbers = new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / FLOAT_BYTES);
  const { filters } = layer;
  const part = (index: number) => numbers.subarray(index * filters, (index + 1) * filters);
  const bias = part(0).slice();
  if (!layer.batchNormalize) {
    return { weights: numbers.slice(filters), bias };
  }
  const [scales, means, variances] = [part(1), part(2), part(3)];
  const weights = numbers.slice(4 * filters);
  const perFilter = weights.length / filters;
  for (let filter = 0; filter < filters; filter++) {
    const factor = scales[filter]! / (Math.sqrt(variances[filter]!) + DARKNET_EPSILON);
    bias[filter] = bias[filter]! - means[filter]! * factor;
    for (let i = filter * perFilter; i < (filter + 1) * perFilter; i++) {
      weights[i] = weights[i]! * factor;
    }
  }
  return { weights, bias };
}

/**
 * Reads a whole `.weights` file that is in memory. Each layer gets arrays of its own, so the file's bytes can go.
 *
 * @param layers only these layers' weights; all when not given.
 * @throws DT_WEIGHTS_LENGTH
 */
export function parseDarknetWeights(bytes: Uint8Array, network: Network, layers?: Interval): NetworkWeights {
  const header = parseWeightsHeader(bytes);
  checkWeightsLength(network, header, bytes.byteLength);
  const weights = new Map<number, ConvolutionWeights>();
  for (const span of weightsSpans(network, header.byteLength)) {
    if (isWanted(span.layer, layers)) {
      const layer = network.layers[span.layer] as ConvolutionalLayer;
      weights.set(
        span.layer,
        foldConvolution(layer, bytes.subarray(span.byteOffset, span.byteOffset + span.byteLength)),
      );
    }
  }
  return weights;
}

/** Whether a layer is among the wanted ones; all are when nothing is said. */
export function isWanted(layer: number, layers: Interval | undefined): boolean {
  return layers === undefined || (layers.start <= layer && layer < layers.end);
}

/** How many numbers a convolution's kernel has: `filters * channels / groups * size * size`. */
export function kernelNumbers(layer: ConvolutionalLayer): number {
  return layer.filters * (layer.input.channels / layer.groups) * layer.size * layer.size;
}
