import { type MapShape, shapeText } from '../../geometry/region.js';
import type { Layer } from './layers.js';
import { isWeighted, kernelNumbers } from './weights/darknet-weights.js';

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

/**
 * Says which input sizes a network can have, for a message about a layer that does not fit the map before it.
 *
 * @param input the network's input that did not fit.
 * @param step pixels of the input that make one cell of the layer's output.
 * @returns a clause that begins with a colon; empty where another size would not help.
 */
export function inputSizeHint(input: MapShape, step: number): string {
  const sides = [input.width, input.height];
  if (step <= 1 || step > LARGEST_INPUT_SIDE || sides.every((side) => side % step === 0)) return '';
  const below = sides.map((side) => Math.max(step, Math.floor(side / step) * step)).join('x');
  const above = sides.map((side) => Math.ceil(side / step) * step).join('x');
  const right = below === above ? above : `${below} or ${above}`;
  return `: width and height must be multiples of ${step}, and the input is ${sides.join('x')}; ${right} would do`;
}
