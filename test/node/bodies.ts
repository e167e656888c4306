import type { WirePlan } from '../../server/node/wire/task-body.js';
import { planLayers } from '../geometry/chain-graphs.js';
import { chain, conv } from '../geometry/layer-chains.js';

/** A map of 6 x 6 with three channels, a convolution of 3 x 3 to two, in tiles of 2 x 2: the paper's Fig. 5. */
export const FIG5: WirePlan = {
  plan: planLayers(chain({ channels: 3, height: 6, width: 6 }, [conv(3, 2)]), 1, { rows: 2, columns: 2 }),
  digest: 'sha256:0123',
  fill: [7, 8, 9],
};
