import { DeepThingsError } from '../errors.js';
import { type MapShape, type Region, wholeMap } from '../geometry/region.js';
import type { Preprocessing } from '../model/preprocessing.js';
import type { Box } from './box.js';

/** Where the scaled picture lies on the network's input; everything in pixels. */
export interface Placement {
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  readonly scaledWidth: number;
  readonly scaledHeight: number;
  readonly left: number;
  readonly top: number;
  readonly inputWidth: number;
  readonly inputHeight: number;
}

/** A rectangle of whole pixels of the original picture, within it; without width or height when it lies outside. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Fits a picture into the input, keeping its proportions, with Darknet's integer arithmetic: the edge that fits less
 * well takes the whole input, the other is rounded down, and so is the offset of a centred picture. A stretched picture
 * takes the whole input.
 *
 *     +---------------------+ -
 *     |                     | | top
 *     +---------------------+ -
 *     |   scaled picture    | | scaledHeight
 *     +---------------------+ -
 *     |                     |
 *     +---------------------+
 *
 * @throws DT_PICTURE_SIZE when the picture has no pixels.
 */
export function placePicture(
  pictureWidth: number,
  pictureHeight: number,
  input: MapShape,
  anchor: Preprocessing['anchor'],
): Placement {
  if (!(pictureWidth >= 1 && pictureHeight >= 1)) {
    throw new DeepThingsError(
      'DT_PICTURE_SIZE',
      `a picture of ${pictureWidth} x ${pictureHeight} pixels has no content`,
    );
  }
  // Of w / pictureWidth and h / pictureHeight which is less, without division.
  const fillsWidth = anchor === 'stretch' || input.width * pictureHeight < input.height * pictureWidth;
  const fillsHeight = anchor === 'stretch' || !fillsWidth;
  const scaledWidth = fillsWidth ? input.width : scaleDown(pictureWidth, input.height, pictureHeight);
  const scaledHeight = fillsHeight ? input.height : scaleDown(pictureHeight, input.width, pictureWidth);
  const offset = (room: number) => (anchor === 'centre' ? Math.floor(room / 2) : 0);
  return Object.freeze({
    pictureWidth,
    pictureHeight,
    scaledWidth,
    scaledHeight,
    left: offset(input.width - scaledWidth),
    top: offset(input.height - scaledHeight),
    inputWidth: input.width,
    inputHeight: input.height,
  });
}

/**
 * Returns the region of a network input that is sent: the picture alone, since around it is one colour (with `wire.padding` all of it).
 *
 * @param placement of the picture; null where it is not known, and all travels.
 */
export function transmittedRegion(input: MapShape, placement: Placement | null, padding: boolean): Region {
  if (padding || placement === null) return wholeMap(input);
  const { left, scaledHeight, scaledWidth, top } = placement;
  return { x0: left, x1: left + scaledWidth, y0: top, y1: top + scaledHeight };
}

/** Even the thinnest picture keeps a row or column of pixels, where Darknet's division gives none. */
function scaleDown(extent: number, numerator: number, denominator: number): number {
  return Math.max(1, Math.floor((extent * numerator) / denominator));
}

/**
 * Maps a box from fractions of the network's input to fractions of the picture, not clipped (Darknet's
 * `correct_region_boxes`, but by the offset the picture really has, where Darknet counts half a pixel too much when the
 * room around it is odd).
 */
export function toPictureBox(box: Box, placement: Placement): Box {
  const { inputWidth, inputHeight, scaledWidth, scaledHeight, left, top } = placement;
  return {
    cx: (box.cx * inputWidth - left) / scaledWidth,
    cy: (box.cy * inputHeight - top) / scaledHeight,
    width: (box.width * inputWidth) / scaledWidth,
    height: (box.height * inputHeight) / scaledHeight,
  };
}

/**
 * A box's pixels in the picture: edges rounded, then clipped to the picture.
 *
 * @param box fractions of the picture.
 */
export function toPixelBox(box: Box, pictureWidth: number, pictureHeight: number): PixelBox {
  const [x, right] = clippedEdges(box.cx, box.width, pictureWidth);
  const [y, bottom] = clippedEdges(box.cy, box.height, pictureHeight);
  return { x, y, width: right - x, height: bottom - y };
}

function clippedEdges(centre: number, size: number, extent: number): readonly [number, number] {
  const clip = (fraction: number) => Math.min(extent, Math.max(0, Math.round(fraction * extent)));
  return [clip(centre - size / 2), clip(centre + size / 2)];
}
