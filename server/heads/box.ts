/** A box by its centre and size, as fractions of some picture's or map's width and height. */
export interface Box {
  readonly cx: number;
  readonly cy: number;
  readonly width: number;
  readonly height: number;
}

/** Intersection over union, 0 for boxes that do not meet. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = sharedExtent(a.cx, a.width, b.cx, b.width);
  const height = sharedExtent(a.cy, a.height, b.cy, b.height);
  if (width <= 0 || height <= 0) {
    return 0;
  }
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

function sharedExtent(centreA: number, sizeA: number, centreB: number, sizeB: number): number {
  const end = Math.min(centreA + sizeA / 2, centreB + sizeB / 2);
  return end - Math.max(centreA - sizeA / 2, centreB - sizeB / 2);
}
