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

/**
 * AlexeyAB's measure for NMS (`nms_kind` in a cfg): `IoU - (d² / c²)^exponent`, d between the centres, c the diagonal of the rectangle
 * around both boxes. Of two boxes with one IoU the farther ones overlap less.
 */
export function overlapByDistance(exponent: number): (a: Box, b: Box) => number {
  return (a, b) => {
    const width = outerExtent(a.cx, a.width, b.cx, b.width);
    const height = outerExtent(a.cy, a.height, b.cy, b.height);
    const diagonal = width * width + height * height;
    const union = intersectionOverUnion(a, b);
    return diagonal === 0 ? union : union - (((a.cx - b.cx) ** 2 + (a.cy - b.cy) ** 2) / diagonal) ** exponent;
  };
}

function outerExtent(centreA: number, sizeA: number, centreB: number, sizeB: number): number {
  const end = Math.max(centreA + sizeA / 2, centreB + sizeB / 2);
  return end - Math.min(centreA - sizeA / 2, centreB - sizeB / 2);
}

function sharedExtent(centreA: number, sizeA: number, centreB: number, sizeB: number): number {
  const end = Math.min(centreA + sizeA / 2, centreB + sizeB / 2);
  return end - Math.max(centreA - sizeA / 2, centreB - sizeB / 2);
}
