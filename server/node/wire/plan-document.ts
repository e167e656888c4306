import type { Schemas } from '../../../client/client.js';
import type { MapShape } from '../../geometry/region.js';
import { deepestCut, layerGeometry } from '../../model/layer-geometry.js';
import type { Network } from '../../model/network.js';
import type { ClusterPlan } from '../cluster-plan.js';

/** The plan as `GET /plan` shows it. */
export function planDocument({ network, plan, cost }: ClusterPlan, digest: string): Schemas['Plan'] {
  return {
    digest,
    layers: fusibleLayers(network),
    stages: [
      {
        firstLayer: 0,
        endLayer: plan.depth,
        grid: { ...plan.grid },
        maps: plan.maps.map(shapeOf),
        segments: plan.segments.map(({ firstLayer, endLayer }) => ({ firstLayer, endLayer })),
        tiles: plan.tiles.map(({ tileId, row, column, regions }, i) => {
          const { macs, inputBytes, outputBytes } = cost.tiles[i]!;
          return { tile: tileId, row, column, regions: [...regions], macs, inputBytes, outputBytes };
        }),
        macs: cost.neededMacs,
      },
    ],
  };
}

function fusibleLayers(network: Network): Schemas['Plan']['layers'] {
  return Array.from({ length: deepestCut(network) }, (_, index) => {
    const kind = network.layers[index]!.kind === 'maxpool' ? 'maxpool' : 'convolutional';
    const { kernel, stride, padBefore, input, output, macsPerCell } = layerGeometry(network, index);
    return { kind, kernel, stride, padBefore, input: shapeOf(input), output: shapeOf(output), macsPerCell };
  });
}

function shapeOf({ channels, height, width }: MapShape): Schemas['MapShape'] {
  return { channels, height, width };
}
