import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { DeepThingsError } from '../../../errors.js';
import { NO_REMARK } from '../../../model/remark.js';
import type { DarknetNetwork } from '../darknet-network.js';
import type { ConvolutionWeights, LoadedWeights, NetworkWeights, WeightedLayer } from '../layers.js';
import { foldWeights, isWanted, type WantedLayers, weightsSpans } from './darknet-weights.js';
import { CHECKED_BYTES, checkWeightsFile } from './darknet-weights-check.js';
import { WeightMemory } from './weight-memory.js';

const CHUNK_BYTES = 1 << 20;

/**
 * Reads a `.weights` file layer by layer: YOLOv2's has 194 MiB, of which an edge device needs the first tenth, so the
 * file is never in memory as a whole.
 *
 * @param layers only these layers' weights; all when not given. The digest is the whole file's in any case.
 * @throws DT_MODEL_FILE when it cannot be read, DT_WEIGHTS_LENGTH or DT_WEIGHTS_FORMAT when it does not fit the network.
 */
export async function loadDarknetWeights(
  path: string,
  network: DarknetNetwork,
  layers?: WantedLayers,
): Promise<LoadedWeights> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    return await readWeights(handle, network, layers);
  } catch (cause) {
    const code = cause instanceof DeepThingsError ? cause.code : 'DT_MODEL_FILE';
    const reason = cause instanceof DeepThingsError ? cause.message : `cannot be read as a weights file, ${cause}`;
    throw new DeepThingsError(code, `${path}: ${reason}`, { cause });
  } finally {
    await handle?.close();
  }
}

/**
 * Reads a whole `.weights` file that is in memory. Each layer gets arrays of its own, so the file's bytes can go.
 *
 * @param layers only these layers' weights; all when not given.
 * @throws DT_WEIGHTS_LENGTH, DT_WEIGHTS_FORMAT
 */
export function parseDarknetWeights(bytes: Uint8Array, network: DarknetNetwork, layers?: WantedLayers): NetworkWeights {
  const header = checkWeightsFile(network, bytes, bytes.byteLength, NO_REMARK);
  const weights = new Map<number, ConvolutionWeights>();
  const memory = new WeightMemory();
  for (const span of weightsSpans(network, header.byteLength)) {
    if (isWanted(span.layer, layers)) {
      const layer = network.layers[span.layer] as WeightedLayer;
      const ofLayer = bytes.subarray(span.byteOffset, span.byteOffset + span.byteLength);
      weights.set(span.layer, foldWeights(layer, ofLayer, memory));
    }
  }
  return weights;
}

async function readWeights(handle: FileHandle, network: DarknetNetwork, layers?: WantedLayers): Promise<LoadedWeights> {
  const { size } = await handle.stat();
  const startBytes = Math.min(size, CHECKED_BYTES);
  const start = await readAt(handle, 0, startBytes, new Uint8Array(startBytes));
  const header = checkWeightsFile(network, start, size, NO_REMARK);
  const weights = new Map<number, ConvolutionWeights>();
  const memory = new WeightMemory();
  const wanted = weightsSpans(network, header.byteLength).filter(({ layer }) => isWanted(layer, layers));
  const read = new Uint8Array(Math.max(0, ...wanted.map(({ byteLength }) => byteLength)));
  for (const { byteLength, byteOffset, layer } of wanted) {
    const bytes = await readAt(handle, byteOffset, byteLength, read);
    weights.set(layer, foldWeights(network.layers[layer] as WeightedLayer, bytes, memory));
  }
  return { weights, digest: await digestFile(handle, size) };
}

/** @returns the part of `into` that was read to. */
async function readAt(
  handle: FileHandle,
  byteOffset: number,
  byteLength: number,
  into: Uint8Array,
): Promise<Uint8Array> {
  const bytes = into.subarray(0, byteLength);
  let done = 0;
  while (done < byteLength) {
    const { bytesRead } = await handle.read(bytes, done, byteLength - done, byteOffset + done);
    if (bytesRead === 0) {
      throw new DeepThingsError('DT_MODEL_FILE', 'it became shorter while it was read');
    }
    done += bytesRead;
  }
  return bytes;
}

async function digestFile(handle: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
    hash.update(await readAt(handle, offset, Math.min(CHUNK_BYTES, size - offset), chunk));
  }
  return hash.digest('hex');
}
