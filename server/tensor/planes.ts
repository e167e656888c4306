import { type MapShape, type Padding, type Region, regionHeight, regionWidth } from '../geometry/region.js';

/** Values of a map in memory order `[channels, height, width]`. */
type Plane = Uint8Array | Float32Array;

function allocateLike<T extends Plane>(values: T, length: number): T {
  return (values instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length)) as T;
}

/** How many values a map has. */
export function valuesOf(shape: MapShape): number {
  return shape.channels * shape.height * shape.width;
}

/** The shape of a region of a map with that many channels. */
export function regionShape(channels: number, region: Region): MapShape {
  return { channels, height: regionHeight(region), width: regionWidth(region) };
}

/**
 * Copies a region out of a block.
 *
 * @param source values of `sourceRegion`, `[channels, height, width]`.
 * @param sourceRegion where `source` lies on its map; must contain `region`.
 * @param region what to copy, on the same map.
 * @param into receives it, `[channels, region height, region width]`; a new array when absent.
 */
export function cropRegion<T extends Plane>(
  source: T,
  channels: number,
  sourceRegion: Region,
  region: Region,
  into: T = allocateLike(source, channels * regionHeight(region) * regionWidth(region)),
): T {
  const sourceWidth = regionWidth(sourceRegion);
  const sourceArea = sourceWidth * regionHeight(sourceRegion);
  const width = regionWidth(region);
  const left = region.x0 - sourceRegion.x0;
  let to = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = region.y0; y < region.y1; y++) {
      const from = channel * sourceArea + (y - sourceRegion.y0) * sourceWidth + left;
      into.set(source.subarray(from, from + width), to);
      to += width;
    }
  }
  return into;
}

/**
 * Copies a block to its place on a larger one.
 *
 * @param target values of `targetRegion`, `[channels, height, width]`; must contain `region`.
 * @param block values of `blockRegion`, `[channels, height, width]`.
 * @param blockRegion where `block` lies on the map; must contain `region`.
 * @param region what to copy, on the same map; the whole block when absent.
 */
export function placeRegion<T extends Plane>(
  target: T,
  channels: number,
  targetRegion: Region,
  block: T,
  blockRegion: Region,
  region: Region = blockRegion,
): void {
  const targetWidth = regionWidth(targetRegion);
  const targetArea = targetWidth * regionHeight(targetRegion);
  const blockWidth = regionWidth(blockRegion);
  const blockArea = blockWidth * regionHeight(blockRegion);
  const width = regionWidth(region);
  // An empty region may lie anywhere, also where the target has no cells.
  if (width === 0) return;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = region.y0; y < region.y1; y++) {
      const from = channel * blockArea + (y - blockRegion.y0) * blockWidth + region.x0 - blockRegion.x0;
      const to = channel * targetArea + (y - targetRegion.y0) * targetWidth + region.x0 - targetRegion.x0;
      target.set(block.subarray(from, from + width), to);
    }
  }
}

/** The shape of a block with cells put around it. */
export function paddedShape(shape: MapShape, padding: Padding): MapShape {
  return {
    channels: shape.channels,
    height: shape.height + padding.top + padding.bottom,
    width: shape.width + padding.left + padding.right,
  };
}

/** Puts cells of `fill` around a block; the block itself when there is nothing to put. */
export function padBlock(block: Float32Array, shape: MapShape, padding: Padding, fill: number): Float32Array {
  if (padding.top === 0 && padding.bottom === 0 && padding.left === 0 && padding.right === 0) return block;
  const outer = paddedShape(shape, padding);
  const padded = new Float32Array(valuesOf(outer));
  if (fill !== 0) padded.fill(fill);
  const outerRegion = { x0: 0, x1: outer.width, y0: 0, y1: outer.height };
  const inner = {
    x0: padding.left,
    x1: padding.left + shape.width,
    y0: padding.top,
    y1: padding.top + shape.height,
  };
  placeRegion(padded, shape.channels, outerRegion, block, inner);
  return padded;
}
