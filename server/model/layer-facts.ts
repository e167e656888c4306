import type { Layer } from '../formats/darknet/layers.js';
import { biasNumbers, isWeighted, kernelNumbers } from '../formats/darknet/weights/darknet-weights.js';
import type { Network } from './network.js';

const FLOAT_BYTES = 4;

/** Numbers of a layer's weights, batch normalisation folded in: kernel and biases. */
export function parametersOf(layer: Layer): number {
  return isWeighted(layer) ? kernelNumbers(layer) + biasNumbers(layer) : 0;
}

/** Multiply-accumulates of a whole layer; only convolutions, local and connected layers count, as is usual. */
export function macsOf(layer: Layer): number {
  if (layer.kind === 'local') return kernelNumbers(layer);
  const isCounted = layer.kind === 'convolutional' || layer.kind === 'connected';
  return isCounted ? kernelNumbers(layer) * layer.output.height * layer.output.width : 0;
}

/** Bytes of a layer's output map, F32. */
export function mapBytesOf({ output }: Layer): number {
  return FLOAT_BYTES * output.channels * output.height * output.width;
}

/** Bytes of a layer's weights, F32, as they are in memory. */
export function weightBytesOf(layer: Layer): number {
  return FLOAT_BYTES * parametersOf(layer);
}

export function totalOf(network: Network, of: (layer: Layer) => number): number {
  return network.layers.reduce((sum, layer) => sum + of(layer), 0);
}
