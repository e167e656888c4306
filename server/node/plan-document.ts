import type { Schemas } from '../../client/client.js';
import type { ClusterPlan } from './cluster-plan.js';

/** The plan as `GET /plan` shows it. */
export function planDocument({ plan, cost }: ClusterPlan, digest: string): Schemas['Plan'] {
  return {
    digest,
    stages: [
      {
        firstLayer: 0,
        endLayer: plan.depth,
        grid: { ...plan.grid },
        maps: plan.maps.map(({ channels, height, width }) => ({ channels, height, width })),
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
