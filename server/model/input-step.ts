import type { MapShape } from '../geometry/region.js';
import { LARGEST_INPUT_SIDE } from './layer-limits.js';

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
