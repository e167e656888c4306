import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DeepThingsError } from '../../errors.js';
import type { DarknetNetwork } from '../../formats/darknet/darknet-network.js';
import type {
  ConvolutionalLayer,
  ConvolutionWeights,
  LoadedWeights,
  NetworkWeights,
} from '../../formats/darknet/layers.js';
import { isWanted, kernelNumbers, type WantedLayers } from '../../formats/darknet/weights/darknet-weights.js';

const PACKAGE = '@vladmandic/face-api';
const BINARY = 'tiny_face_detector_model.bin';
const MANIFEST = 'tiny_face_detector_model-weights_manifest.json';

/** One tensor in a TensorFlow.js manifest; each number is one byte q and stands for `q * scale + min`. */
interface QuantizedTensor {
  readonly scale: number;
  readonly min: number;
  readonly byteOffset: number;
  readonly byteLength: number;
}

interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly quantization: { readonly dtype: string; readonly scale: number; readonly min: number };
}

/**
 * Loads the face detector's weights out of the npm package.
 *
 * @throws DT_MODEL_FILE when the package or its files are not there or not as expected.
 */
export async function loadFaceDetectorWeights(network: DarknetNetwork, layers?: WantedLayers): Promise<LoadedWeights> {
  const folder = faceModelFolder();
  const [manifest, bytes] = await Promise.all([
    readPackageFile(join(folder, MANIFEST)),
    readPackageFile(join(folder, BINARY)),
  ]);
  const weights = parseFaceDetectorWeights(manifest.toString('utf8'), bytes, network, layers);
  return { weights, digest: createHash('sha256').update(manifest).update(bytes).digest('hex') };
}

/**
 * @param manifestText the package's weights manifest.
 * @param bytes its binary file, uint8.
 * @throws DT_MODEL_FILE
 */
export function parseFaceDetectorWeights(
  manifestText: string,
  bytes: Uint8Array,
  network: DarknetNetwork,
  layers?: WantedLayers,
): NetworkWeights {
  const tensors = parseManifest(manifestText);
  const expected = [...tensors.values()].reduce((sum, tensor) => sum + tensor.byteLength, 0);
  if (bytes.byteLength !== expected) {
    throw unexpected(`${BINARY} has ${bytes.byteLength} bytes and its manifest says ${expected}`);
  }
  const read = (name: string, count: number): Float32Array => {
    const tensor = tensors.get(name);
    if (tensor?.byteLength !== count) {
      throw unexpected(`${name} should have ${count} numbers and has ${tensor?.byteLength ?? 'none'}`);
    }
    const q = bytes.subarray(tensor.byteOffset, tensor.byteOffset + tensor.byteLength);
    return Float32Array.from(q, (value) => value * tensor.scale + tensor.min);
  };
  const weights = new Map<number, ConvolutionWeights>();
  for (const { index, layer, kernel, bias } of convolutionTensors(network)) {
    if (isWanted(index, layers)) {
      weights.set(index, {
        weights: toFilterMajor(layer, read(kernel, kernelNumbers(layer))),
        bias: bias === undefined ? new Float32Array(layer.filters) : read(bias, layer.filters),
      });
    }
  }
  return weights;
}

/** Which tensors each convolution has: a depthwise one no bias, the last one a name that skips a few numbers. */
function convolutionTensors(network: DarknetNetwork) {
  const named: { index: number; layer: ConvolutionalLayer; kernel: string; bias?: string }[] = [];
  let block = 0;
  for (const [index, layer] of network.layers.entries()) {
    if (layer.kind !== 'convolutional') {
      continue;
    }
    if (layer.groups > 1) {
      block += 1;
      named.push({ index, layer, kernel: `conv${block}/depthwise_filter` });
    } else if (index === 0) {
      named.push({ index, layer, kernel: 'conv0/filters', bias: 'conv0/bias' });
    } else if (network.layers[index + 1]?.kind === 'region') {
      named.push({ index, layer, kernel: 'conv8/filters', bias: 'conv8/bias' });
    } else {
      named.push({ index, layer, kernel: `conv${block}/pointwise_filter`, bias: `conv${block}/bias` });
    }
  }
  return named;
}

/**
 * TensorFlow's `[height, width, in, out]` to `[out, in, height, width]`. A depthwise kernel, `[height, width, channels,
 * 1]` there and `[channels, 1, height, width]` here, is the same with one input channel a filter.
 */
function toFilterMajor(layer: ConvolutionalLayer, kernel: Float32Array): Float32Array {
  const area = layer.size ** 2;
  const channels = layer.input.channels / layer.groups;
  const result = new Float32Array(kernel.length);
  for (let cell = 0; cell < area; cell++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < layer.filters; filter++) {
        result[(filter * channels + channel) * area + cell] =
          kernel[(cell * channels + channel) * layer.filters + filter]!;
      }
    }
  }
  return result;
}

function parseManifest(text: string): ReadonlyMap<string, QuantizedTensor> {
  const tensors = new Map<string, QuantizedTensor>();
  let byteOffset = 0;
  try {
    const [group] = JSON.parse(text) as [{ weights: ManifestEntry[] }];
    for (const { name, shape, quantization } of group.weights) {
      if (quantization.dtype !== 'uint8') {
        throw unexpected(`${name} is stored as ${quantization.dtype}, expected uint8`);
      }
      const byteLength = shape.reduce((product, extent) => product * extent, 1);
      tensors.set(name, { scale: quantization.scale, min: quantization.min, byteOffset, byteLength });
      byteOffset += byteLength;
    }
  } catch (cause) {
    throw cause instanceof DeepThingsError ? cause : unexpected(`${MANIFEST} cannot be read`, cause);
  }
  return tensors;
}

/** The manifest's files lie in `model/`, beside `dist/`, where the package's entry point is. */
function faceModelFolder(): string {
  const require = createRequire(import.meta.url);
  try {
    return dirname(require.resolve(`${PACKAGE}/model/${MANIFEST}`));
  } catch {
    // A package that lists its exports hides its other files: go by its entry point.
  }
  try {
    return join(dirname(require.resolve(PACKAGE)), '..', 'model');
  } catch (cause) {
    throw new DeepThingsError(
      'DT_MODEL_FILE',
      `the face detector's weights are in the npm package ${PACKAGE}, which is not installed: run npm install`,
      { cause },
    );
  }
}

async function readPackageFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new DeepThingsError('DT_MODEL_FILE', `cannot read ${path} of the npm package ${PACKAGE}: ${String(cause)}`, {
      cause,
    });
  }
}

function unexpected(what: string, cause?: unknown): DeepThingsError {
  return new DeepThingsError(
    'DT_MODEL_FILE',
    `the face detector in ${PACKAGE} is not the one that is built in: ${what}; install the version in package.json`,
    { cause },
  );
}
