import { describe, expect, it } from 'vitest';
import {
  boxArea,
  inputArea,
  isOnPicture,
  partCells,
  pictureArea,
  tileArea,
} from '../../dashboard/src/stage/stage-geometry.js';
import { partNameOf } from '../../dashboard/src/state/frame-parts.js';
import { aFrame, aPlan } from './contract-examples.js';

const stage = aPlan().stages[0]!;
const placed = (
  width: number,
  height: number,
  placement: { left: number; top: number; width: number; height: number },
) => aFrame(1, { picture: { mediaType: 'image/jpeg', width, height, bytes: 1, kept: true }, placement });
const WHOLE = { left: 0, top: 0, width: 24, height: 24 };
const SQUARE = placed(100, 100, WHOLE);

describe('the stage', () => {
  it('is covered by the tiles exactly once', () => {
    const areas = stage.tiles.map(({ row, column }) => tileArea(stage, row, column, SQUARE));
    const { width, height } = inputArea(stage, SQUARE);
    expect(areas.reduce((sum, area) => sum + area.width * area.height, 0)).toBe(width * height);
    expect(areas[4]).toEqual({ x: 8, y: 8, width: 8, height: 8 });
  });

  it('has the blocks of a gang as it shares the maps out', () => {
    const tiles = { total: 4, done: 0, byDevice: {}, bands: { rows: [0, 0.75, 1], columns: [0, 0.5, 1] } };
    const cells = partCells(stage, { ...SQUARE, strategy: 'gang', tiles });
    expect(cells.map(({ area, part }) => [part, area])).toEqual([
      [0, { x: 0, y: 0, width: 12, height: 18 }],
      [1, { x: 12, y: 0, width: 12, height: 18 }],
      [2, { x: 0, y: 18, width: 12, height: 6 }],
      [3, { x: 12, y: 18, width: 12, height: 6 }],
    ]);
    const waiting = { total: 1, done: 0, byDevice: {} };
    expect(partCells(stage, { ...SQUARE, strategy: 'whole', tiles: waiting })).toHaveLength(1);
    expect(partCells(stage, SQUARE).map(({ part }) => part)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(partCells(stage, { ...SQUARE, strategy: 'modnn', tiles })).toHaveLength(4);
  });

  it('takes a strategy of a later gateway for one with tiles', () => {
    expect(partNameOf('of-a-later-gateway')).toBe('tile');
  });

  it('has the boxes where the picture was scaled to', () => {
    const frame = placed(200, 100, { left: 0, top: 6, width: 24, height: 12 });
    const pixels = { x: 100, y: 50, width: 50, height: 25 };
    expect(boxArea(frame, { pixels })).toEqual({ x: 12, y: 12, width: 6, height: 3 });
    expect(isOnPicture(tileArea(stage, 0, 0, frame), pictureArea(frame))).toBe(true);
    expect(isOnPicture({ x: 0, y: 0, width: 8, height: 6 }, pictureArea(frame))).toBe(false);
  });

  it('shows a picture that was stretched to the input in its own proportions, with its tiles and boxes', () => {
    const frame = placed(300, 200, WHOLE);
    expect(pictureArea(frame)).toEqual({ x: 0, y: 0, width: 36, height: 24 });
    expect(inputArea(stage, frame)).toEqual(pictureArea(frame));
    expect(tileArea(stage, 1, 1, frame)).toEqual({ x: 12, y: 8, width: 12, height: 8 });
    const pixels = { x: 100, y: 50, width: 50, height: 50 };
    expect(boxArea(frame, { pixels })).toEqual({ x: 12, y: 6, width: 6, height: 6 });
  });
});
