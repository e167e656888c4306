import { isWeighted, kernelNumbers } from './darknet/darknet-weights.js';
import type { Layer } from './network.js';
import { shapeText } from './shape-text.js';

/** Pixels of a network's input, a side. */
export const LARGEST_INPUT_SIDE = 8192;
/** Numbers of one map: 8 GiB. */
const LARGEST_MAP = 2 ** 31;
/** Numbers of all kernels together: 4 GiB. VGG-16, the largest of the published classifiers, has an eighth of it. */
const MOST_WEIGHTS = 2 ** 30;

/**
 * Refuses networks whose maps or weights no machine of a cluster can hold: such a number is a mistake in the cfg, and
 * would end a node in the middle of its start.
 *
 * @param refuse throws its argument with the layer's place.
 * @returns the numbers of all kernels up to this layer.
 */
export function checkLayerSize(layer: Layer, weightsBefore: number, refuse: (reason: string) => never): number {
  const { channels, height, width } = layer.output;
  if (channels * height * width > LARGEST_MAP) {
    refuse(
      `its output of ${shapeText(layer.output)} has ${channels * height * width} numbers, and ${LARGEST_MAP} is the most: ` +
        'correct the number of filters, or use a smaller input',
    );
  }
  const weights = weightsBefore + (isWeighted(layer) ? kernelNumbers(layer) : 0);
  if (weights > MOST_WEIGHTS) {
    refuse(
      `with its ${weights - weightsBefore} weights the network has ${weights}, and ${MOST_WEIGHTS} is the most: correct ` +
        'the number of its outputs or the size of its window',
    );
  }
  return weights;
}
