/** Height and width of an anchor, as fractions of the input. */
export type SsdAnchor = readonly [height: number, width: number];

const SMALLEST_SCALE = 0.2;
const LARGEST_SCALE = 0.95;
const ASPECTS = [1, 2, 1 / 2, 3, 0.3333];

/**
 * Returns the anchors of a cell, as TensorFlow's `ssd_anchor_generator` makes them for COCO (`reduce_boxes_in_lowest_layer`).
 *
 * @param level from 0, the finest.
 * @param levels how many there are.
 */
export function ssdAnchors(level: number, levels: number): readonly SsdAnchor[] {
  const scaleOf = (index: number) =>
    index >= levels ? 1 : SMALLEST_SCALE + ((LARGEST_SCALE - SMALLEST_SCALE) * index) / (levels - 1);
  const anchor = (scale: number, aspect: number): SsdAnchor => [scale / Math.sqrt(aspect), scale * Math.sqrt(aspect)];
  const scale = scaleOf(level);
  if (level === 0) return [anchor(0.1, 1), anchor(scale, 2), anchor(scale, 1 / 2)];
  return [...ASPECTS.map((aspect) => anchor(scale, aspect)), anchor(Math.sqrt(scale * scaleOf(level + 1)), 1)];
}
