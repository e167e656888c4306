import type { MapShape } from '../../geometry/region.js';
import type { DarknetNetwork } from './darknet-network.js';
import { headFamily } from './head.js';
import type { Layer } from './layers.js';
import { networkGraph } from './layers-graph.js';

/**
 * What follows from a network's layers.
 *
 * @throws DT_CFG_LAYER for heads that do not belong together.
 */
export function assembleNetwork(
  name: string,
  input: MapShape,
  layers: readonly Layer[],
): Omit<DarknetNetwork, 'preprocessing' | 'labels'> {
  return { name, input, layers, graph: networkGraph(name, input, layers), head: headFamily(layers) };
}
