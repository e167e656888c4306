import type { MapShape } from '../geometry/region.js';

/** A shape for messages: `[channels, height, width]`. */
export function shapeText(shape: MapShape): string {
  return `[${shape.channels}, ${shape.height}, ${shape.width}]`;
}
