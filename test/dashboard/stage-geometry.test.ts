import { describe, expect, it } from 'vitest';
import { boxArea, inputArea, isOnPicture, pictureArea, tileArea } from '../../dashboard/src/stage/stage-geometry.js';
import { aFrame, aPlan } from './contract-examples.js';

const stage = aPlan().stages[0]!;

describe('the stage', () => {
  it('is covered by the tiles exactly once', () => {
    const areas = stage.tiles.map(({ row, column }) => tileArea(stage, row, column));
    const { width, height } = inputArea(stage);
    expect(areas.reduce((sum, area) => sum + area.width * area.height, 0)).toBe(width * height);
    expect(areas[4]).toEqual({ x: 8, y: 8, width: 8, height: 8 });
  });

  it('has the boxes where the picture was scaled to', () => {
    const frame = aFrame(1, {
      picture: { mediaType: 'image/jpeg', width: 200, height: 100, bytes: 1, kept: true },
      placement: { left: 0, top: 6, width: 24, height: 12 },
    });
    const pixels = { x: 100, y: 50, width: 50, height: 25 };
    const detection = { label: 'a', classIndex: 0, score: 1, box: { cx: 0, cy: 0, width: 0, height: 0 }, pixels };
    expect(boxArea(frame, detection)).toEqual({ x: 12, y: 12, width: 6, height: 3 });
    expect(isOnPicture(tileArea(stage, 0, 0), pictureArea(frame))).toBe(true);
    expect(isOnPicture({ x: 0, y: 0, width: 8, height: 6 }, pictureArea(frame))).toBe(false);
  });
});
