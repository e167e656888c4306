import type { FtpPlan } from '../../../../server/geometry/ftp-plan.js';
import { tileShare } from '../../../../server/geometry/grid.js';
import {
  intersectRegions,
  isEmptyRegion,
  type Region,
  regionHeight,
  regionWidth,
} from '../../../../server/geometry/region.js';
import { neighbourAt, SIDES } from '../../../../server/geometry/reuse/neighbours.js';
import { byteSize, dimensions } from '../../format.js';

/** What a tile needs of each map that is put together by hand. */
export function SegmentMaps({ plan, tile }: { plan: FtpPlan; tile: number }) {
  return (
    <>
      <svg width="0" height="0" class="defs" aria-hidden="true">
        <defs>
          <pattern id="overlap-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path class="hatch" d="M0 0 V6" />
          </pattern>
        </defs>
      </svg>
      <ul class="segment-maps">
        {plan.maps.map((_, map) => (
          <li key={map}>
            <MapDrawing plan={plan} tile={tile} map={map} />
            <MapCaption plan={plan} tile={tile} map={map} />
          </li>
        ))}
      </ul>
      <ul class="map-legend">
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <rect class="map-share" x="1" y="1" width="20" height="12" />
          </svg>
          the tile's own share
        </li>
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <rect class="map-region" width="22" height="14" />
          </svg>
          its region, with the halo
        </li>
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <rect class="map-region" width="22" height="14" />
            <rect fill="url(#overlap-hatch)" width="22" height="14" />
          </svg>
          overlap: a neighbour needs it as well
        </li>
      </ul>
    </>
  );
}

interface MapProps {
  readonly plan: FtpPlan;
  readonly tile: number;
  readonly map: number;
}

/** All maps are drawn in one size, so that a region can be followed from one to the next. */
const SIDE = 160;

function MapDrawing({ plan, tile, map }: MapProps) {
  const shape = plan.maps[map]!;
  const { regions, row, column } = plan.tiles[tile]!;
  const scale = SIDE / Math.max(shape.width, shape.height);
  const place = ({ x0, x1, y0, y1 }: Region) => ({
    x: x0 * scale,
    y: y0 * scale,
    width: (x1 - x0) * scale,
    height: (y1 - y0) * scale,
  });
  const region = regions[map]!;
  const overlaps = SIDES.map((side) => neighbourAt(plan.grid, tile, side))
    .filter((id) => id !== null)
    .map((id) => intersectRegions(region, plan.tiles[id]!.regions[map]!))
    .filter((overlap) => !isEmptyRegion(overlap));
  return (
    <svg
      class="map-drawing"
      viewBox={`-1 -1 ${shape.width * scale + 2} ${shape.height * scale + 2}`}
      role="img"
      aria-label={`Map ${map}: the region of tile ${tile} is ${regionWidth(region)} by ${regionHeight(region)} of ${shape.width} by ${shape.height} cells`}
    >
      <rect class="map-ground" width={shape.width * scale} height={shape.height * scale} />
      {plan.tiles.map(({ tileId, row: r, column: c }) => (
        <rect key={tileId} class="map-grid" {...place(tileShare(plan.grid, shape, { row: r, column: c }))} />
      ))}
      <rect class="map-region" {...place(region)} />
      {overlaps.map((overlap, index) => (
        <rect key={index} fill="url(#overlap-hatch)" {...place(overlap)} />
      ))}
      <rect class="map-share" {...place(tileShare(plan.grid, shape, { row, column }))} />
    </svg>
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
