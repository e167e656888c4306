import { blockOf } from '../../../../server/geometry/gang/bands.js';
import type { MapShape, Region } from '../../../../server/geometry/region.js';
import { isEmptyRegion, regionArea, regionHeight } from '../../../../server/geometry/region.js';
import { byteSize, dimensions, plural } from '../../format.js';
import { computedTwice, type GangSketch, type MapSketch } from './gang-sketch.js';
import { HATCH, MapDrawing, MapLegend, type Place } from './map-drawing.js';

/** The blocks of the members on each map, with what the chosen member computes beyond its own and what it receives. */
export function GangMaps({ sketch }: { sketch: GangSketch }) {
  return (
    <>
      <MapLegend
        words={{
          share: "the member's own block",
          hatched: 'halo that it computes: a neighbour computes it too',
          received: 'halo that it receives as strips after the stage',
        }}
      />
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

function GangMap({ map: drawn, sketch }: { map: MapSketch; sketch: GangSketch }) {
  const shape = sketch.plan.stage.maps[drawn.map]!;
  const { block, computed, name, received } = drawn;
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
      <MapDrawing shape={shape} label={`${name}, member ${sketch.member}: ${said.join(', ')} of ${shape.height}`}>
        {(place) => (
          <>
            <Borders sketch={sketch} shape={shape} place={place} />
            {!isEmptyRegion(computed) && <rect class="map-region" {...place(computed)} />}
            {beyond(computed, block).map((region, index) => (
              <rect key={index} fill={HATCH} {...place(region)} />
            ))}
            {strips.map((region, index) => (
              <rect key={index} class="map-received" {...place(region)} />
            ))}
            {!isEmptyRegion(block) && <rect class="map-share" {...place(block)} />}
          </>
        )}
      </MapDrawing>
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
function Borders({ place, shape, sketch }: { sketch: GangSketch; shape: MapShape; place: Place }) {
  const members = Array.from({ length: sketch.members }, (_, member) => blockOf(sketch.bands, member, shape));
  return (
    <>
      {members.slice(1).map((block, index) => {
        const { width, x, y } = place(block);
        return <line key={index} class="map-grid" x1={x} x2={x + width} y1={y} y2={y} />;
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
