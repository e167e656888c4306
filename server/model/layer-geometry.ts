import { DeepThingsError } from '../errors.js';
import { earlierLayers, type Layer } from '../formats/darknet/layers.js';
import type { LayerGeometry } from '../geometry/layer.js';
import type { Network } from './network.js';

/** Whether the fused stack may end after a number of layers. */
export type CutVerdict = { readonly kind: 'legal' } | { readonly kind: 'illegal'; readonly reason: string };

/**
 * What the geometry needs to know of one layer.
 *
 * @throws DT_LAYER_NOT_FUSIBLE for a layer that is no window sliding over one map.
 */
export function layerGeometry(network: Network, index: number): LayerGeometry {
  const layer = network.layers[index];
  switch (layer?.kind) {
    case 'convolutional':
      return Object.freeze({
        kernel: (layer.dilation ?? 1) * (layer.size - 1) + 1,
        stride: layer.stride,
        padBefore: layer.padding * (layer.dilation ?? 1),
        input: layer.input,
        output: layer.output,
        macsPerCell: (layer.filters * layer.size * layer.size * layer.input.channels) / layer.groups,
      });
    case 'maxpool':
      return Object.freeze({
        kernel: layer.size,
        stride: layer.stride,
        padBefore: Math.floor(layer.totalPadding / 2),
        input: layer.input,
        output: layer.output,
        macsPerCell: 0,
      });
    default:
      throw new DeepThingsError(
        'DT_LAYER_NOT_FUSIBLE',
        `layer ${index} of ${network.name} is ${layer === undefined ? 'not there' : `a ${layer.kind}`}: only ` +
          `convolutional and maxpool layers can be fused, which are its first ${fusibleDepth(network)}`,
      );
  }
}

/** The geometry of a network's first `depth` layers. */
export function fusedGeometry(network: Network, depth: number): readonly LayerGeometry[] {
  return Array.from({ length: depth }, (_, index) => layerGeometry(network, index));
}

/** How many of a network's first layers are of a kind that can be fused. Not every cut above it is legal. */
export function fusibleDepth(network: Network): number {
  const end = network.layers.findIndex((layer) => !isFusible(layer));
  return end === -1 ? network.layers.length : end;
}

/**
 * Whether the fused stack may end after `depth` layers: all of them must be fusible, and only the last one's output
 * leaves the stack, so a later `route` or `shortcut` may name no layer before it.
 */
export function judgeCut(network: Network, depth: number): CutVerdict {
  const deepest = fusibleDepth(network);
  if (!Number.isInteger(depth) || depth < 1) {
    return illegal(`a fused stack has at least one layer, not ${depth}`);
  }
  if (depth > deepest) {
    const stop = network.layers[deepest];
    const reason = stop === undefined ? 'it has no more layers' : `layer ${deepest} is a ${stop.kind}`;
    return illegal(`${network.name} can be fused up to ${deepest} layers, since ${reason}; ${depth} are asked for`);
  }
  for (const [index, layer] of network.layers.entries()) {
    if (index >= depth) {
      const inside = earlierLayers(layer).find((source) => source < depth - 1);
      if (inside !== undefined) {
        return illegal(
          `layer ${index} (${layer.kind}) needs the output of layer ${inside}, which would be inside a fused stack of ${depth} ` +
            `layers; fuse at most ${inside + 1}`,
        );
      }
    }
  }
  return { kind: 'legal' };
}

/**
 * The depths at which the fused stack may end, all at once: `judgeCut` for each of many layers would look at all of them
 * each time.
 *
 * @returns at index `depth` whether that cut is legal; index 0 is false.
 */
export function legalCuts(network: Network): readonly boolean[] {
  const deepest = fusibleDepth(network);
  // How many routes and shortcuts begin, minus how many end, to forbid a cut at a depth.
  const changes = new Array<number>(network.layers.length + 2).fill(0);
  for (const [index, layer] of network.layers.entries()) {
    const first = earlierLayers(layer).reduce((least, source) => Math.min(least, source), index) + 2;
    if (first > index) continue;
    changes[first]! += 1;
    changes[index + 1]! -= 1;
  }
  let forbidding = 0;
  return Array.from({ length: deepest + 1 }, (_, depth) => {
    forbidding += changes[depth]!;
    return depth > 0 && forbidding === 0;
  });
}

/** The deepest legal cut; 0 when even the first layer cannot be fused. */
export function deepestCut(network: Network): number {
  return Math.max(0, legalCuts(network).lastIndexOf(true));
}

function isFusible(layer: Layer): boolean {
  return layer.kind === 'convolutional' || layer.kind === 'maxpool';
}

function illegal(reason: string): CutVerdict {
  return { kind: 'illegal', reason };
}
