import { createHash } from 'node:crypto';
import { seededRandom } from '../../../model/seeded-random.js';
import type { DarknetNetwork } from '../darknet-network.js';
import type { Activation, ConvolutionWeights, Layer, LoadedWeights, WeightedLayer } from '../layers.js';
import { binarize } from './binary-weights.js';
import { biasNumbers, isWanted, isWeighted, kernelNumbers, type WantedLayers } from './darknet-weights.js';
import { WeightMemory } from './weight-memory.js';

/** Raise it when other numbers come out of one seed: nodes of two versions must not mix them. */
const VERSION = 1;

/** Biases are this small: they keep maps from being symmetric and change no scale. */
const BIAS_LIMIT = 0.05;

/** A detection head's last convolution: keeps exp(width) and exp(height) near 1. */
const HEAD_GAIN = 0.1;

/** A convolution whose output is added to another map: keeps sums of many such from growing. */
const RESIDUAL_GAIN = 0.3;

const GAIN_BEFORE: Partial<Record<Layer['kind'], number>> = {
  region: HEAD_GAIN,
  yolo: HEAD_GAIN,
  shortcut: RESIDUAL_GAIN,
};

/** By how much an activation shrinks the mean square of what passes it, so that a layer keeps its input's. */
const VARIANCE_GAIN: Readonly<Record<Activation, number>> = {
  linear: 1,
  leaky: 2 / (1 + 0.1 * 0.1),
  relu: 2,
  logistic: 1,
  // The others: 1 / E[f(x)²] for x from the standard normal distribution.
  mish: 2.2107,
  swish: 2.8108,
  relu6: 2,
  elu: 1.5505,
  selu: 1,
  relie: 2,
  ramp: 1.6393,
  tanh: 2.5362,
  loggy: 5.7632,
  hardtan: 1.9378,
};

/**
 * Weights out of a seed, for benchmarks and exactness tests: uniform, scaled by fan-in (He et al. 2015) so that maps
 * neither vanish nor overflow in deep networks. No transcendental functions, so every machine gets the same bits.
 *
 * @param layers only these layers' weights (each layer has a random stream of its own); all when not given.
 */
export function synthesizeWeights(network: DarknetNetwork, seed: number, layers?: WantedLayers): LoadedWeights {
  const weights = new Map<number, ConvolutionWeights>();
  const memory = new WeightMemory();
  for (const [index, layer] of network.layers.entries()) {
    if (isWeighted(layer) && isWanted(index, layers)) {
      const next = network.layers[index + 1];
      const gain = (next && GAIN_BEFORE[next.kind]) ?? 1;
      weights.set(index, synthesizeLayer(layer, gain, seededRandom(seed, index), memory));
    }
  }
  const digest = createHash('sha256').update(`synthetic weights ${VERSION}, seed ${seed}`).digest('hex');
  return { weights, digest };
}

function synthesizeLayer(
  layer: WeightedLayer,
  gain: number,
  random: () => number,
  memory: WeightMemory,
): ConvolutionWeights {
  const bias = () => Float32Array.from({ length: biasNumbers(layer) }, () => (2 * random() - 1) * BIAS_LIMIT);
  if (layer.kind === 'batchnorm') {
    return { weights: Float32Array.from({ length: kernelNumbers(layer) }, () => 0.5 + random()), bias: bias() };
  }
  const fanIn = kernelNumbers(layer) / biasNumbers(layer);
  // A uniform distribution on [-limit, limit] has the variance limit^2 / 3.
  const limit = gain * Math.sqrt((3 * VARIANCE_GAIN[layer.activation]) / fanIn);
  const weights = memory.take(kernelNumbers(layer));
  for (let i = 0; i < weights.length; i++) {
    weights[i] = (2 * random() - 1) * limit;
  }
  if (layer.kind === 'convolutional' && layer.isXnor) binarize(weights, layer.filters);
  return { weights, bias: bias() };
}
