import type { FtpPlan } from '../../../../server/geometry/ftp-plan.js';
import { regionArea, regionHeight, regionWidth } from '../../../../server/geometry/region.js';
import type { Plan } from '../../contract-types.js';
import { byteSize, dimensions, macs } from '../../format.js';

interface LayerTableProps {
  readonly plan: FtpPlan;
  readonly layers: Plan['layers'];
  readonly tile: number;
}

/** Each layer that may be fused: what it is, and what the tile computes of it. */
export function LayerTable({ plan, layers, tile }: LayerTableProps) {
  const { regions } = plan.tiles[tile]!;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="scrolled" tabIndex={0} aria-label="Layers">
      <table class="layer-table">
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
          {layers.map(({ kind, kernel, stride, output, macsPerCell }, layer) => {
            const region = layer < plan.depth ? regions[layer + 1]! : null;
            const segment = plan.segments.find(({ firstLayer, endLayer }) => firstLayer <= layer && layer < endLayer);
            return (
              <tr key={layer} class={region === null ? 'muted' : segment?.firstLayer === layer ? 'segment-start' : ''}>
                <th scope="row">{layer}</th>
                <td>
                  {kind === 'maxpool' ? 'max pooling' : 'convolution'} {dimensions(kernel, kernel)}
                  {stride > 1 && `, stride ${stride}`}
                </td>
                <td>{segment === undefined ? 'gateway' : segment.index}</td>
                <td class="number">{dimensions(output.channels, output.height, output.width)}</td>
                <td class="number">{region === null ? '–' : dimensions(regionHeight(region), regionWidth(region))}</td>
                <td class="number">{region === null ? '–' : byteSize(output.channels * regionArea(region) * 4)}</td>
                <td class="number">
                  {region === null || macsPerCell === 0 ? '–' : macs(macsPerCell * regionArea(region))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
