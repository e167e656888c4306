import { tileShare } from '../../../server/geometry/grid.js';
import { intersectRegions, isEmptyRegion, type Region } from '../../../server/geometry/region.js';
import type { Detection, Frame, Plan } from '../contract-types.js';
import { GATEWAY, partNameOf } from '../state/frame-parts.js';

/**
 * A rectangle on the network's input, in rows of its pixels, not always whole ones. A picture that was stretched to the input has
 * its own proportions here: a pixel is as wide as that takes.
 */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type PlanStage = Plan['stages'][number];

/** The facts of a frame that say how its picture lies on the input. */
export type Placed = Pick<Frame, 'picture' | 'placement'>;

/** Width of an input's pixel that is 1 high. */
function pixelWidth({ picture, placement }: Placed): number {
  return (picture.width / placement.width) * (placement.height / picture.height);
}

/** The area on which the picture lies. */
export function pictureArea(frame: Placed): Rectangle {
  const { left, top, width, height } = frame.placement;
  const across = pixelWidth(frame);
  return { x: left * across, y: top, width: width * across, height };
}

/** The whole input. */
export function inputArea({ maps }: PlanStage, frame: Placed): Rectangle {
  const { width, height } = maps[0]!;
  return { x: 0, y: 0, width: width * pixelWidth(frame), height };
}

/**
 * A tile's own share of the input: of the fused stack's output, which the tiles cover exactly once, drawn as large as the
 * input. What it reads of the input is larger (its halo), and overlaps.
 */
export function tileArea({ grid, maps }: PlanStage, row: number, column: number, frame: Placed): Rectangle {
  const output = maps.at(-1)!;
  const input = maps[0]!;
  const { x0, x1, y0, y1 } = tileShare(grid, output, { row, column });
  const [across, down] = [(input.width / output.width) * pixelWidth(frame), input.height / output.height];
  return { x: x0 * across, y: y0 * down, width: (x1 - x0) * across, height: (y1 - y0) * down };
}

/** A part of a frame as it is drawn. */
export interface PartCell {
  readonly part: number;
  readonly area: Rectangle;
  /** Multiply-accumulates of a tile that reuses nothing; undefined for a block. */
  readonly wholeMacs: number | undefined;
}

/**
 * Returns the parts of a frame as areas of the input: tiles by the grid, blocks as the frame's gang shares them out. A frame that has
 * no gang yet is one block.
 */
export function partCells(stage: PlanStage, frame: Placed & Pick<Frame, 'strategy' | 'tiles'>): readonly PartCell[] {
  const name = frame.tiles.byDevice[GATEWAY] === undefined ? partNameOf(frame.strategy) : 'block';
  switch (name) {
    case 'tile':
      return stage.tiles.map(({ tile, row, column, macs }) => {
        return { part: tile, area: tileArea(stage, row, column, frame), wholeMacs: macs };
      });
    case 'block': {
      const { height, width } = inputArea(stage, frame);
      const { columns, rows } = frame.tiles.bands ?? { rows: [0, 1], columns: [0, 1] };
      const across = columns.length - 1;
      return Array.from({ length: across * (rows.length - 1) }, (_, part) => {
        const [row, column] = [Math.floor(part / across), part % across];
        const [x, y] = [columns[column]! * width, rows[row]! * height];
        const area = { x, y, width: columns[column + 1]! * width - x, height: rows[row + 1]! * height - y };
        return { part, area, wholeMacs: undefined };
      });
    }
  }
}

/** A detection's box where the picture shows it. */
export function boxArea(frame: Placed, { pixels }: Pick<Detection, 'pixels'>): Rectangle {
  const area = pictureArea(frame);
  const scale = area.height / frame.picture.height;
  return {
    x: area.x + pixels.x * scale,
    y: area.y + pixels.y * scale,
    width: pixels.width * scale,
    height: pixels.height * scale,
  };
}

/** Whether something of a tile lies on the picture, not on the bars beside it. */
export function isOnPicture(tile: Rectangle, picture: Rectangle): boolean {
  return !isEmptyRegion(intersectRegions(regionOf(tile), regionOf(picture)));
}

function regionOf({ x, y, width, height }: Rectangle): Region {
  return { x0: x, x1: x + width, y0: y, y1: y + height };
}
