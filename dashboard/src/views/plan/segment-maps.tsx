import type { FtpPlan } from '../../../../server/geometry/ftp-plan.js';
import { tileShare } from '../../../../server/geometry/grid.js';
import { intersectRegions, isEmptyRegion, regionHeight, regionWidth } from '../../../../server/geometry/region.js';
import { neighbourAt, SIDES } from '../../../../server/geometry/reuse/neighbours.js';
import { byteSize, dimensions } from '../../format.js';
import { HATCH, MapDrawing, MapLegend } from './map-drawing.js';

/** What a tile needs of each map that is put together by hand. */
export function SegmentMaps({ plan, tile }: { plan: FtpPlan; tile: number }) {
  return (
    <>
      <ul class="segment-maps">
        {plan.maps.map((_, map) => (
          <li key={map}>
            <TileOnMap plan={plan} tile={tile} map={map} />
            <MapCaption plan={plan} tile={tile} map={map} />
          </li>
        ))}
      </ul>
      <MapLegend
        words={{
          share: "the tile's own share",
          region: 'its region, with the halo',
          hatched: 'overlap: a neighbour needs it as well',
        }}
      />
    </>
  );
}

interface MapProps {
  readonly plan: FtpPlan;
  readonly tile: number;
  readonly map: number;
}

function TileOnMap({ plan, tile, map }: MapProps) {
  const shape = plan.maps[map]!;
  const { regions, row, column } = plan.tiles[tile]!;
  const region = regions[map]!;
  const overlaps = SIDES.map((side) => neighbourAt(plan.grid, tile, side))
    .filter((id) => id !== null)
    .map((id) => intersectRegions(region, plan.tiles[id]!.regions[map]!))
    .filter((overlap) => !isEmptyRegion(overlap));
  return (
    <MapDrawing
      shape={shape}
      label={`Map ${map}: the region of tile ${tile} is ${regionWidth(region)} by ${regionHeight(region)} of ${shape.width} by ${shape.height} cells`}
    >
      {(place) => (
        <>
          {plan.tiles.map(({ tileId, row: r, column: c }) => (
            <rect key={tileId} class="map-grid" {...place(tileShare(plan.grid, shape, { row: r, column: c }))} />
          ))}
          <rect class="map-region" {...place(region)} />
          {overlaps.map((overlap, index) => (
            <rect key={index} fill={HATCH} {...place(overlap)} />
          ))}
          <rect class="map-share" {...place(tileShare(plan.grid, shape, { row, column }))} />
        </>
      )}
    </MapDrawing>
  );
}

function MapCaption({ plan, tile, map }: MapProps) {
  const { channels, height, width } = plan.maps[map]!;
  const { regions, row, column } = plan.tiles[tile]!;
  const region = regions[map]!;
  const share = tileShare(plan.grid, plan.maps[map]!, { row, column });
  const across = regionWidth(region) - regionWidth(share);
  const down = regionHeight(region) - regionHeight(share);
  const bytesPerValue = map === 0 ? 1 : 4;
  return (
    <div class="map-caption">
      <strong>{titleOf(plan, map)}</strong>
      <span>
        map {map}: {dimensions(channels, height, width)}
      </span>
      <span>region {dimensions(regionHeight(region), regionWidth(region))}</span>
      <span>{across > 0 || down > 0 ? `halo +${down} high, +${across} wide` : 'no halo'}</span>
      <span>{byteSize(channels * regionHeight(region) * regionWidth(region) * bytesPerValue)}</span>
    </div>
  );
}

function titleOf({ outputs, stage }: FtpPlan, map: number): string {
  if (map === 0) return 'Picture';
  if (outputs.includes(map)) return 'Output';
  const readers = stage.segments.filter(({ inputs }) => inputs.some((input) => input.map === map));
  return `Segment ${readers.map(({ index }) => index).join(', ')}`;
}
