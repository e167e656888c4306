import { tileShare } from '../../../server/geometry/grid.js';
import { intersectRegions, isEmptyRegion, type Region } from '../../../server/geometry/region.js';
import type { Detection, Frame, Plan } from '../contract-types.js';

/** A rectangle on the network's input, in its pixels, not always whole ones. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type PlanStage = Plan['stages'][number];

/** Where the letterboxed picture lies. */
export function pictureArea({ placement: { left, top, width, height } }: Frame): Rectangle {
  return { x: left, y: top, width, height };
}

/** The whole input. */
export function inputArea({ maps }: PlanStage): Rectangle {
  const { width, height } = maps[0]!;
  return { x: 0, y: 0, width, height };
}

/**
 * A tile's own share of the input: of the fused stack's output, which the tiles cover exactly once, drawn as large as the
 * input. What it reads of the input is larger (its halo), and overlaps.
 */
export function tileArea({ grid, maps }: PlanStage, row: number, column: number): Rectangle {
  const output = maps.at(-1)!;
  const input = maps[0]!;
  const { x0, x1, y0, y1 } = tileShare(grid, output, { row, column });
  const [across, down] = [input.width / output.width, input.height / output.height];
  return { x: x0 * across, y: y0 * down, width: (x1 - x0) * across, height: (y1 - y0) * down };
}

/** A detection's box where the letterboxed picture shows it. */
export function boxArea({ picture, placement }: Frame, { pixels }: Detection): Rectangle {
  const [across, down] = [placement.width / picture.width, placement.height / picture.height];
  return {
    x: placement.left + pixels.x * across,
    y: placement.top + pixels.y * down,
    width: pixels.width * across,
    height: pixels.height * down,
  };
}

/** Whether something of a tile lies on the picture, not on the bars beside it. */
export function isOnPicture(tile: Rectangle, picture: Rectangle): boolean {
  return !isEmptyRegion(intersectRegions(regionOf(tile), regionOf(picture)));
}

function regionOf({ x, y, width, height }: Rectangle): Region {
  return { x0: x, x1: x + width, y0: y, y1: y + height };
}
