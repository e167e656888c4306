import type { Schemas } from '../../../client/client.js';
import { type GangPlan, segmentsOf } from '../../geometry/gang/gang-plan.js';
import type { SegmentedStage } from '../../geometry/segments.js';
import { graphDocument } from '../../graph/graph-document.js';
import type { ClusterPlan } from '../cluster-plan.js';

/** The plan as `GET /plan` shows it. */
export function planDocument({ cost, gang, network, plan }: ClusterPlan, digest: string): Schemas['Plan'] {
  const { stage } = plan;
  return {
    digest,
    graph: graphDocument(network.graph) as Schemas['Plan']['graph'],
    stages: [
      {
        values: [...stage.values],
        layers: stage.layers,
        grid: { ...plan.grid },
        maps: stage.maps.map((_, map) => namedMap(stage, map)),
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
    gang: { values: [...gang.stage.values], stages: gang.ends.map((_, stage) => gangStage(gang, stage)) },
  };
}

function gangStage(gang: GangPlan, stage: number): Schemas['Plan']['gang']['stages'][number] {
  const { segments } = gang.stage;
  const { end, start } = segmentsOf(gang, stage);
  const own = segments.slice(start, end);
  const read = new Set(segments.slice(end).flatMap(({ inputs }) => inputs.map(({ map }) => map)));
  const sent = own.flatMap(({ writes }) => writes.filter((map) => read.has(map)));
  return {
    nodes: own.flatMap(({ nodes }) => nodes.map(({ node }) => node.name)),
    sends: sent.map((map) => namedMap(gang.stage, map)),
  };
}

function namedMap({ mapNames, maps }: SegmentedStage, map: number): Schemas['NamedMap'] {
  return { name: mapNames[map]!, ...maps[map]! };
}
