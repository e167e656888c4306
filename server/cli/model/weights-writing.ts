import { open } from 'node:fs/promises';
import type { DarknetNetwork } from '../../formats/darknet/darknet-network.js';
import type { ConvolutionWeights, WeightedLayer } from '../../formats/darknet/layers.js';
import { biasNumbers, isWeighted } from '../../formats/darknet/weights/darknet-weights.js';
import { synthesizeWeights } from '../../formats/darknet/weights/synthetic-weights.js';

/** Of version 0.2: major, minor, revision as 32-bit numbers, and how many pictures were seen as a 64-bit one. */
export const HEADER_BYTES = 20;
const MINOR_VERSION = 2;

/**
 * Darknet divides by `sqrt(variance) + 1e-6`: with this variance by one, as near as a 32-bit variance allows (3e-8),
 * so that batch normalisation changes nothing beyond the last bit.
 */
const NEUTRAL_VARIANCE = (1 - 0.000001) ** 2;

/**
 * Writes synthetic weights as a Darknet file, which loads as what `synthesizeWeights` gives: where the cfg has batch
 * normalisation, it is written in its un-folded form with scale 1 and mean 0, and the bias as its shift. A layer at a
 * time, since YOLOv2's have 194 MiB.
 *
 * @param onWritten told how many bytes have been written.
 */
export async function writeSyntheticWeights(
  path: string,
  network: DarknetNetwork,
  seed: number,
  onWritten: (bytes: number) => void,
): Promise<void> {
  const file = await open(path, 'w');
  try {
    let written = HEADER_BYTES;
    await file.write(weightsHeader());
    for (const [index, layer] of network.layers.entries()) {
      if (!isWeighted(layer)) continue;
      const { weights } = synthesizeWeights(network, seed, { start: index, end: index + 1 });
      const bytes = layerBytes(layer, weights.get(index)!);
      await file.writeFile(bytes);
      written += bytes.byteLength;
      onWritten(written);
    }
  } finally {
    await file.close();
  }
}

function weightsHeader(): Uint8Array {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setInt32(4, MINOR_VERSION, true);
  return new Uint8Array(header.buffer);
}

/** Biases, kernel, and with batch normalisation scales, means and variances, as `foldWeights` reads them. */
function layerBytes(layer: WeightedLayer, { weights, bias }: ConvolutionWeights): Uint8Array {
  const parts = layerParts(layer, { weights, bias });
  const numbers = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    numbers.set(part, at);
    at += part.length;
  }
  return new Uint8Array(numbers.buffer);
}

function layerParts(layer: WeightedLayer, { weights, bias }: ConvolutionWeights): readonly Float32Array[] {
  const same = (value: number) => new Float32Array(biasNumbers(layer)).fill(value);
  if (layer.kind === 'batchnorm') return [weights, bias.map((b, i) => -b / weights[i]!), same(NEUTRAL_VARIANCE)];
  const normalisation = layer.batchNormalize ? [same(1), same(0), same(NEUTRAL_VARIANCE)] : [];
  return layer.kind === 'connected' ? [bias, weights, ...normalisation] : [bias, ...normalisation, weights];
}
