import { DeepThingsError } from '../errors.js';
import type { LayerGeometry } from './layer.js';
import type { MapShape } from './region.js';

/**
 * Checks that layers can be fused: each is a possible window, each feeds the next.
 *
 * @throws DeepThingsError `DT_PLAN_LAYERS` for sizes that are no whole numbers, layers that do not chain and output
 * sizes no window arrangement gives; `DT_PLAN_PADDING` for padding of a side that is not smaller than the window.
 */
export function checkLayerChain(layers: readonly LayerGeometry[]): void {
  layers.forEach((layer, index) => {
    checkNumbers(layer, index);
    if (index > 0) {
      checkLink(layers[index - 1]!.output, layer.input, index);
    }
    checkPaddingBefore(layer, index);
    checkOutputSize(layer, index, 'width');
    checkOutputSize(layer, index, 'height');
  });
}

function checkNumbers(layer: LayerGeometry, index: number): void {
  const { kernel, stride, padBefore, input, output, macsPerCell } = layer;
  const counts = { kernel, stride, ...prefixed('input', input), ...prefixed('output', output) };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw layersError(index, `expected ${name} to be a whole number from 1, got ${value}.`, remedyModel);
    }
  }
  for (const [name, value] of Object.entries({ padBefore, macsPerCell })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw layersError(index, `expected ${name} to be a whole number from 0, got ${value}.`, remedyModel);
    }
  }
}

function checkLink(previous: MapShape, input: MapShape, index: number): void {
  if (previous.channels !== input.channels || previous.height !== input.height || previous.width !== input.width) {
    throw layersError(
      index,
      `expected an input of ${formatShape(previous)}, which is layer ${index - 1}'s output, got ${formatShape(input)}.`,
      'Fuse fewer layers, or pass layers that each feed the next: layers that branch or join cannot be fused.',
    );
  }
}

/** A window that lies in the padding altogether would need input that does not exist. */
function checkPaddingBefore(layer: LayerGeometry, index: number): void {
  if (layer.padBefore >= layer.kernel) {
    throw paddingError(
      index,
      `expected padding before the map smaller than the window (${layer.kernel}), got ${layer.padBefore}.`,
    );
  }
}

function checkOutputSize(layer: LayerGeometry, index: number, axis: 'width' | 'height'): void {
  const { kernel, stride, padBefore } = layer;
  const input = layer.input[axis];
  const output = layer.output[axis];
  const after = (output - 1) * stride - padBefore + kernel - input;
  if (after >= kernel) {
    throw paddingError(
      index,
      `expected padding after the map smaller than the window (${kernel}), but an output ${axis} of ${output} from ` +
        `an input ${axis} of ${input} needs ${after}.`,
    );
  }
  if (-after >= stride) {
    const fewest = Math.floor((input + padBefore - kernel) / stride) + 1;
    throw layersError(
      index,
      `expected an output ${axis} of at least ${fewest} from an input ${axis} of ${input} (window ${kernel}, stride ` +
        `${stride}, padding before ${padBefore}), got ${output}.`,
      remedyModel,
    );
  }
}

const remedyModel = 'Mend the layer in the model.';

function layersError(index: number, problem: string, remedy: string): DeepThingsError {
  return new DeepThingsError('DT_PLAN_LAYERS', `Layer ${index}: ${problem} ${remedy}`);
}

function paddingError(index: number, problem: string): DeepThingsError {
  return new DeepThingsError(
    'DT_PLAN_PADDING',
    `Layer ${index}: ${problem} Lower the layer's padding in the model, or fuse only the layers before it.`,
  );
}

function prefixed(name: string, shape: MapShape): Record<string, number> {
  return {
    [`${name} channels`]: shape.channels,
    [`${name} height`]: shape.height,
    [`${name} width`]: shape.width,
  };
}

function formatShape({ channels, height, width }: MapShape): string {
  return `[${channels}, ${height}, ${width}]`;
}
