import { assembleNetwork } from '../../server/formats/darknet/assemble-network.js';
import type { DarknetNetwork } from '../../server/formats/darknet/darknet-network.js';
import { shapeLayers } from '../../server/formats/darknet/layer-shapes.js';
import type { ConvolutionalLayer, LayerDeclaration } from '../../server/formats/darknet/layers.js';
import type { MapShape } from '../../server/geometry/region.js';

/** A network of these layers, for tests. */
export function networkOf(input: MapShape, declarations: readonly LayerDeclaration[]): DarknetNetwork {
  const layers = shapeLayers(input, declarations);
  return {
    ...assembleNetwork('small', input, layers),
    preprocessing: { anchor: 'centre', fill: [0, 0, 0], order: 'rgb', mean: [0, 0, 0], scale: [1, 1, 1] },
    labels: [],
  };
}

/** A convolution of 3x3 with padding, unless said otherwise. */
export function convolution(
  options: Partial<Omit<ConvolutionalLayer, 'kind' | 'input' | 'output'>> = {},
): LayerDeclaration {
  return {
    kind: 'convolutional',
    filters: 4,
    size: 3,
    stride: 1,
    padding: 1,
    groups: 1,
    batchNormalize: false,
    activation: 'leaky',
    ...options,
  };
}

export const HALVE: LayerDeclaration = { kind: 'maxpool', size: 2, stride: 2, totalPadding: 1 };
