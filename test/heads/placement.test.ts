import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placePicture, toPictureBox, toPixelBox } from '../../server/heads/placement.js';

const anchors = fc.constantFrom('centre' as const, 'top-left' as const, 'stretch' as const);
const input = { channels: 3, height: 416, width: 416 };

describe('placePicture', () => {
  it.each([
    ['as large', 416, 416, 'centre', { scaledWidth: 416, scaledHeight: 416, left: 0, top: 0 }],
    ['wide', 768, 576, 'centre', { scaledWidth: 416, scaledHeight: 312, left: 0, top: 52 }],
    ['high', 500, 773, 'centre', { scaledWidth: 269, scaledHeight: 416, left: 73, top: 0 }],
    ['smaller', 10, 5, 'centre', { scaledWidth: 416, scaledHeight: 208, left: 0, top: 104 }],
    ['wide, top left', 768, 576, 'top-left', { scaledWidth: 416, scaledHeight: 312, left: 0, top: 0 }],
    ['a line', 5000, 1, 'centre', { scaledWidth: 416, scaledHeight: 1, left: 0, top: 207 }],
    ['a column', 1, 5000, 'top-left', { scaledWidth: 1, scaledHeight: 416, left: 0, top: 0 }],
    ['stretched', 768, 576, 'stretch', { scaledWidth: 416, scaledHeight: 416, left: 0, top: 0 }],
    ['a stretched line', 5000, 1, 'stretch', { scaledWidth: 416, scaledHeight: 416, left: 0, top: 0 }],
  ] as const)('a picture that is %s', (_, width, height, anchor, expected) => {
    expect(placePicture(width, height, input, anchor)).toEqual({
      pictureWidth: width,
      pictureHeight: height,
      inputWidth: 416,
      inputHeight: 416,
      ...expected,
    });
  });

  it('on an input that is no square', () => {
    const wide = { channels: 3, height: 100, width: 300 };
    expect(placePicture(200, 100, wide, 'centre')).toMatchObject({
      scaledWidth: 200,
      scaledHeight: 100,
      left: 50,
      top: 0,
    });
  });

  it.each([
    [0, 5],
    [5, 0],
    [Number.NaN, 5],
  ])('refuses %d x %d', (width, height) => {
    expect(() => placePicture(width, height, input, 'centre')).toThrow(
      expect.objectContaining({ code: 'DT_PICTURE_SIZE' }),
    );
  });

  it('always fits, and fills one edge', () => {
    const extent = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(extent, extent, anchors, (width, height, anchor) => {
        const { scaledWidth, scaledHeight, left, top } = placePicture(width, height, input, anchor);
        expect(left + scaledWidth).toBeLessThanOrEqual(416);
        expect(top + scaledHeight).toBeLessThanOrEqual(416);
        expect(Math.min(scaledWidth, scaledHeight, left + 1, top + 1)).toBeGreaterThanOrEqual(1);
        expect(Math.max(scaledWidth, scaledHeight)).toBe(416);
      }),
    );
  });
});

describe('toPictureBox', () => {
  it('turns the scaled picture into the whole picture', () => {
    const extent = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(extent, extent, anchors, (width, height, anchor) => {
        const placement = placePicture(width, height, input, anchor);
        const { left, top, scaledWidth, scaledHeight } = placement;
        const onInput = {
          cx: (left + scaledWidth / 2) / 416,
          cy: (top + scaledHeight / 2) / 416,
          width: scaledWidth / 416,
          height: scaledHeight / 416,
        };
        const box = toPictureBox(onInput, placement);
        for (const [actual, expected] of [
          [box.cx, 0.5],
          [box.cy, 0.5],
          [box.width, 1],
          [box.height, 1],
        ] as const) {
          expect(actual).toBeCloseTo(expected, 9);
        }
        expect(toPixelBox(box, width, height)).toEqual({ x: 0, y: 0, width, height });
      }),
    );
  });

  it('does not clip', () => {
    const placement = placePicture(768, 576, input, 'centre');
    expect(toPictureBox({ cx: 0, cy: 0, width: 1, height: 1 }, placement).cy).toBeCloseTo(-52 / 312, 9);
  });
});

describe('toPixelBox', () => {
  it.each([
    [
      { cx: 0.5, cy: 0.5, width: 0.5, height: 0.25 },
      { x: 50, y: 75, width: 100, height: 50 },
    ],
    [
      { cx: 0, cy: 1, width: 0.5, height: 0.5 },
      { x: 0, y: 150, width: 50, height: 50 },
    ],
    [
      { cx: 0.5, cy: 0.5, width: 3, height: 3 },
      { x: 0, y: 0, width: 200, height: 200 },
    ],
    [
      { cx: -2, cy: 2, width: 0.5, height: 0.5 },
      { x: 0, y: 200, width: 0, height: 0 },
    ],
  ])('%j is %j of 200 x 200', (box, expected) => {
    expect(toPixelBox(box, 200, 200)).toEqual(expected);
  });
});
