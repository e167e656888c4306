import type { FtpPlan } from '../../../../server/geometry/ftp-plan.js';
import { regionArea, regionHeight, regionWidth } from '../../../../server/geometry/region.js';
import { isLayer } from '../../../../server/geometry/segments.js';
import { walkBack } from '../../../../server/geometry/tile-walk.js';
import type { GraphNode } from '../../../../server/graph/graph.js';
import { macsOf } from '../../../../server/graph/macs.js';
import { isSameCell, reachOf } from '../../../../server/graph/reach.js';
import { ScrolledTable } from '../../components/scrolled-table.js';
import { byteSize, dimensions, macs } from '../../format.js';

interface LayerTableProps {
  readonly plan: FtpPlan;
  readonly tile: number;
}

/** Each layer of the fused part: what it is, and what the tile computes of it. */
export function LayerTable({ plan, tile }: LayerTableProps) {
  const { graph, numbers, segments, shapes } = plan.stage;
  const { needed } = walkBack(plan.stage, plan.tiles[tile]!.shares);
  const rows = segments.flatMap(({ index, nodes }) =>
    nodes.filter((one) => isLayer(graph, one)).map(({ node }, place) => ({ index, node, isFirst: place === 0 })),
  );
  return (
    <ScrolledTable name="Layers" look="layer-table">
      <thead>
        <tr>
          <th scope="col">Layer</th>
          <th scope="col">Kind</th>
          <th scope="col">Segment</th>
          <th scope="col" class="number">
            Output map
          </th>
          <th scope="col" class="number">
            Region
          </th>
          <th scope="col" class="number">
            Output
          </th>
          <th scope="col" class="number">
            Work
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ index, isFirst, node }) => {
          const value = numbers.get(node.outputs[0]!)!;
          const { channels, height, width } = shapes[value]!;
          const region = needed[value]!;
          const all = macsOf(graph, node);
          return (
            <tr key={node.name} class={isFirst ? 'segment-start' : ''}>
              <th scope="row">{node.name}</th>
              <td>{kindOf(plan, node)}</td>
              <td>{index}</td>
              <td class="number">{dimensions(channels, height, width)}</td>
              <td class="number">{dimensions(regionHeight(region), regionWidth(region))}</td>
              <td class="number">{byteSize(channels * regionArea(region) * 4)}</td>
              <td class="number">{all === 0 ? '–' : macs((all * regionArea(region)) / (height * width))}</td>
            </tr>
          );
        })}
      </tbody>
    </ScrolledTable>
  );
}

const WORDS: Readonly<Record<string, string>> = {
  Conv: 'convolution',
  MaxPool: 'max pooling',
  AveragePool: 'mean pooling',
};

function kindOf({ stage: { graph } }: FtpPlan, node: GraphNode): string {
  const name = WORDS[node.operator] ?? node.operator;
  const reach = reachOf(graph, node);
  if (reach.kind !== 'local') return name;
  const { columns, rows } = reach;
  if (rows.kind === 'whole' || columns.kind === 'whole') return name;
  const { kernel, stride } = rows;
  if (isSameCell(reach)) return node.operator in WORDS ? `${name} 1 × 1` : name;
  return `${name} ${dimensions(kernel, columns.kernel)}${stride > 1 ? `, stride ${stride}` : ''}`;
}
