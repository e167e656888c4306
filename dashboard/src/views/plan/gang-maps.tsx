import type { MapShape, Region } from '../../../../server/geometry/region.js';
import { isEmptyRegion, regionArea, regionHeight } from '../../../../server/geometry/region.js';
import { byteSize, dimensions, plural } from '../../format.js';
import { computedTwice, type GangSketch, type MapSketch } from './gang-sketch.js';

/** The blocks of the members on each map, with what the chosen member computes beyond its own and what it receives. */
export function GangMaps({ sketch }: { sketch: GangSketch }) {
  return (
    <>
      <svg width="0" height="0" class="defs" aria-hidden="true">
        <defs>
          <pattern id="twice-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path class="hatch" d="M0 0 V6" />
          </pattern>
        </defs>
      </svg>
      <ul class="map-legend">
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <rect class="map-share" x="1" y="1" width="20" height="12" />
          </svg>
          the member's own block
        </li>
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <rect class="map-region" width="22" height="14" />
            <rect fill="url(#twice-hatch)" width="22" height="14" />
          </svg>
          halo that it computes: a neighbour computes it too
        </li>
        <li>
          <svg width="22" height="14" aria-hidden="true">
            <rect class="map-received" width="22" height="14" />
          </svg>
          halo that it receives as strips after the stage
        </li>
      </ul>
      <h3 class="stage-heading">The picture</h3>
      <ul class="segment-maps">
        <GangMap sketch={sketch} map={sketch.picture} />
      </ul>
      {sketch.stages.map(({ maps }, stage) => (
        // A stage has no name but its number.
        <section key={stage} aria-label={`Stage ${stage}`}>
          <h3 class="stage-heading">Stage {stage}</h3>
          <ul class="segment-maps">
            {maps.map((map) => (
              <GangMap key={map.map} sketch={sketch} map={map} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** All maps are drawn in one width, so that a block can be followed from one to the next. */
const SIDE = 160;

function GangMap({ map: drawn, sketch }: { map: MapSketch; sketch: GangSketch }) {
  const shape = sketch.plan.stage.maps[drawn.map]!;
  const { block, computed, name, received } = drawn;
  const scale = SIDE / Math.max(shape.width, shape.height);
  const twice = computedTwice(drawn);
  const rows = (regions: readonly Region[]) => regions.reduce((sum, region) => sum + regionHeight(region), 0);
  const strips = received.map(({ region }) => region);
  const said = [
    `block ${plural(regionHeight(block), 'row')}`,
    ...(twice > 0
      ? [
          `${plural(regionHeight(computed) - regionHeight(block), 'row')} ${drawn.map === 0 ? 'beyond it' : 'computed twice'}`,
        ]
      : []),
    ...(strips.length > 0 ? [`${plural(rows(strips), 'row')} received`] : []),
  ];
  const bytes = strips.reduce((sum, region) => sum + shape.channels * regionArea(region) * 4, 0);
  return (
    <li>
      <svg
        class="map-drawing"
        viewBox={`-1 -1 ${shape.width * scale + 2} ${shape.height * scale + 2}`}
        role="img"
        aria-label={`${name}, member ${sketch.member}: ${said.join(', ')} of ${shape.height}`}
      >
        <rect class="map-ground" width={shape.width * scale} height={shape.height * scale} />
        <Borders sketch={sketch} shape={shape} scale={scale} />
        {!isEmptyRegion(computed) && <rect class="map-region" {...place(computed, scale)} />}
        {beyond(computed, block).map((region, index) => (
          <rect key={index} fill="url(#twice-hatch)" {...place(region, scale)} />
        ))}
        {strips.map((region, index) => (
          <rect key={index} class="map-received" {...place(region, scale)} />
        ))}
        {!isEmptyRegion(block) && <rect class="map-share" {...place(block, scale)} />}
      </svg>
      <div class="map-caption">
        <strong>{name}</strong>
        <span>{dimensions(shape.channels, shape.height, shape.width)}</span>
        {said.map((text) => (
          <span key={text}>{text}</span>
        ))}
        {bytes > 0 && <span>{byteSize(bytes)} of strips</span>}
      </div>
    </li>
  );
}

/** The borders between the blocks of all members. */
function Borders({ sketch: { bands }, scale, shape }: { sketch: GangSketch; shape: MapShape; scale: number }) {
  const end = bands.rows.at(-1)!;
  return (
    <>
      {bands.rows.slice(1, -1).map((at) => {
        const y = Math.round((at * shape.height) / end) * scale;
        return <line key={at} class="map-grid" x1="0" x2={shape.width * scale} y1={y} y2={y} />;
      })}
    </>
  );
}

/** The parts of a computed region above and below the block. */
function beyond(computed: Region, block: Region): readonly Region[] {
  if (isEmptyRegion(computed)) return [];
  const above = { ...computed, y1: Math.min(computed.y1, block.y0) };
  const below = { ...computed, y0: Math.max(computed.y0, block.y1) };
  return [above, below].filter(({ y0, y1 }) => y1 > y0);
}

function place({ x0, x1, y0, y1 }: Region, scale: number) {
  return { x: x0 * scale, y: y0 * scale, width: (x1 - x0) * scale, height: (y1 - y0) * scale };
}
