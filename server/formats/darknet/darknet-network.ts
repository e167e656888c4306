import type { Network } from '../../model/network.js';
import type { Layer } from './layers.js';

/**
 * A network of Darknet's kind, without weights. Layers are numbered from 0. Layer l is made of nodes of the graph that put out the
 * value `map l+1` in the end; its weights are the constants `weights l` and `bias l`.
 */
export interface DarknetNetwork extends Network {
  readonly layers: readonly Layer[];
}

export function isDarknet(network: Network): network is DarknetNetwork {
  return 'layers' in network;
}
