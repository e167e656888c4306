import type { Schemas } from '../../../client/client.js';
import { graphDocument } from '../../graph/graph-document.js';
import type { ClusterPlan } from '../cluster-plan.js';

/** The plan as `GET /plan` shows it. */
export function planDocument({ network, plan, cost }: ClusterPlan, digest: string): Schemas['Plan'] {
  const { stage } = plan;
  return {
    digest,
    graph: graphDocument(network.graph) as Schemas['Plan']['graph'],
    stages: [
      {
        values: [...stage.values],
        layers: stage.layers,
        grid: { ...plan.grid },
        maps: stage.maps.map((shape, map) => ({ name: stage.mapNames[map]!, ...shape })),
        outputs: [...plan.outputs],
        segments: stage.segments.map(({ inputs, nodes, writes }) => ({
          nodes: nodes.map(({ node }) => node.name),
          reads: [...new Set(inputs.map(({ map }) => map))],
          writes: [...writes],
        })),
        tiles: plan.tiles.map(({ tileId, row, column, regions }, i) => {
          const { macs, inputBytes, outputBytes } = cost.tiles[i]!;
          return { tile: tileId, row, column, regions: [...regions], macs, inputBytes, outputBytes };
        }),
        macs: cost.neededMacs,
      },
    ],
  };
}
