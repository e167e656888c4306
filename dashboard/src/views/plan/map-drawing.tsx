import type { ComponentChildren } from 'preact';
import type { MapShape, Region } from '../../../../server/geometry/region.js';

/** All maps are drawn in one width, so that a region can be followed from one to the next. */
const SIDE = 160;

/** A region of a map as a rectangle of its drawing. */
export type Place = (region: Region) => { x: number; y: number; width: number; height: number };

interface MapDrawingProps {
  readonly shape: MapShape;
  readonly label: string;
  readonly children: (place: Place) => ComponentChildren;
}

/** A map with regions on it. */
export function MapDrawing({ children, label, shape: { height, width } }: MapDrawingProps) {
  const scale = SIDE / Math.max(width, height);
  const place: Place = ({ x0, x1, y0, y1 }) => ({
    x: x0 * scale,
    y: y0 * scale,
    width: (x1 - x0) * scale,
    height: (y1 - y0) * scale,
  });
  return (
    <svg class="map-drawing" viewBox={`-1 -1 ${width * scale + 2} ${height * scale + 2}`} role="img" aria-label={label}>
      <rect class="map-ground" width={width * scale} height={height * scale} />
      {children(place)}
    </svg>
  );
}

/** Drawn over a region that a neighbour needs or computes too. */
export const HATCH = 'url(#map-hatch)';

/** Looks of the regions, as a legend has them. */
const LOOKS = {
  share: <rect class="map-share" x="1" y="1" width="20" height="12" />,
  region: <rect class="map-region" width="22" height="14" />,
  hatched: (
    <>
      <rect class="map-region" width="22" height="14" />
      <rect fill={HATCH} width="22" height="14" />
    </>
  ),
  received: <rect class="map-received" width="22" height="14" />,
} as const;

/** The words for the looks of the regions, with the hatching that the drawings use. */
export function MapLegend({ words }: { words: Partial<Record<keyof typeof LOOKS, string>> }) {
  return (
    <>
      <svg width="0" height="0" class="defs" aria-hidden="true">
        <defs>
          <pattern id="map-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path class="hatch" d="M0 0 V6" />
          </pattern>
        </defs>
      </svg>
      <ul class="map-legend">
        {Object.entries(words).map(([look, text]) => (
          <li key={look}>
            <svg width="22" height="14" aria-hidden="true">
              {LOOKS[look as keyof typeof LOOKS]}
            </svg>
            {text}
          </li>
        ))}
      </ul>
    </>
  );
}
