/**
 * Half-open rectangles on one feature map.
 *
 *        x0      x1
 *     y0 +-------+ .     columns x0 <= x < x1
 *        |       | .     rows    y0 <= y < y1
 *     y1 + . . . . .
 *
 * The paper writes inclusive corners; everything here is half-open and is converted nowhere else.
 */

/** A half-open range of rows or columns: `start <= v < end`; empty when `end <= start`. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** A half-open rectangle in cells of one feature map. */
export interface Region {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** Shape of a feature map, `[channels, height, width]` in memory order. */
export interface MapShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A region of a certain map. */
export interface MapRegion {
  readonly map: number;
  readonly region: Region;
}

/** Cells around a block, a side each. */
export interface Padding {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export const NO_PADDING: Padding = Object.freeze({ top: 0, bottom: 0, left: 0, right: 0 });

/** The one empty region, so that empty regions compare equal. */
export const EMPTY_REGION: Region = Object.freeze({ x0: 0, x1: 0, y0: 0, y1: 0 });

export function regionWidth(region: Region): number {
  return Math.max(0, region.x1 - region.x0);
}

export function regionHeight(region: Region): number {
  return Math.max(0, region.y1 - region.y0);
}

/** Cells of a region, one channel. */
export function regionArea(region: Region): number {
  return regionWidth(region) * regionHeight(region);
}

export function isEmptyRegion(region: Region): boolean {
  return region.x1 <= region.x0 || region.y1 <= region.y0;
}

/** The cells that both have; `EMPTY_REGION` when there is none. */
export function intersectRegions(a: Region, b: Region): Region {
  const both = {
    x0: Math.max(a.x0, b.x0),
    x1: Math.min(a.x1, b.x1),
    y0: Math.max(a.y0, b.y0),
    y1: Math.min(a.y1, b.y1),
  };
  return isEmptyRegion(both) ? EMPTY_REGION : both;
}

/** The least rectangle with all cells of both. */
export function hullRegion(a: Region, b: Region): Region {
  if (isEmptyRegion(a)) return b;
  if (isEmptyRegion(b) || a === b) return a;
  return Object.freeze({
    x0: Math.min(a.x0, b.x0),
    x1: Math.max(a.x1, b.x1),
    y0: Math.min(a.y0, b.y0),
    y1: Math.max(a.y1, b.y1),
  });
}

/** A region of a map with cells put around it, which may lie beyond the map. */
export function paddedRegion({ x0, x1, y0, y1 }: Region, { top, bottom, left, right }: Padding): Region {
  return { x0: x0 - left, x1: x1 + right, y0: y0 - top, y1: y1 + bottom };
}

export function isSameRegion(a: Region, b: Region): boolean {
  return a.x0 === b.x0 && a.x1 === b.x1 && a.y0 === b.y0 && a.y1 === b.y1;
}

/** True when `outer` has every cell of `inner`; an empty `inner` is in everything. */
export function containsRegion(outer: Region, inner: Region): boolean {
  return (
    isEmptyRegion(inner) ||
    (outer.x0 <= inner.x0 && inner.x1 <= outer.x1 && outer.y0 <= inner.y0 && inner.y1 <= outer.y1)
  );
}

/** The whole of a map. */
export function wholeMap(shape: MapShape): Region {
  return { x0: 0, x1: shape.width, y0: 0, y1: shape.height };
}

/** A shape for messages: `[channels, height, width]`. */
export function shapeText(shape: MapShape): string {
  return `[${shape.channels}, ${shape.height}, ${shape.width}]`;
}
