import { describe, expect, it } from 'vitest';
import { centreOf, panned, zoomed } from '../../dashboard/src/stage/zoom/visible-area.js';

const whole = { x: 10, y: 0, width: 400, height: 200 };

describe('what is seen of a picture', () => {
  it('keeps the fixed point where it is on the screen', () => {
    const fixed = { x: 110, y: 150 };
    const seen = zoomed(whole, whole, 2, fixed);
    expect(seen).toEqual({ x: 60, y: 75, width: 200, height: 100 });
    const place = (area: typeof whole) => [(fixed.x - area.x) / area.width, (fixed.y - area.y) / area.height];
    expect(place(seen)).toEqual(place(whole));
  });

  it('is never more than all of it, nor an eighth', () => {
    expect(zoomed(whole, whole, 0.5, centreOf(whole))).toEqual(whole);
    expect(zoomed(whole, whole, 100, centreOf(whole)).width).toBe(50);
  });

  it('stays within the picture when it is moved', () => {
    const seen = zoomed(whole, whole, 2, { x: 10, y: 0 });
    expect(seen).toEqual({ x: 10, y: 0, width: 200, height: 100 });
    expect(panned(seen, whole, { x: 50, y: 50 })).toEqual(seen);
    expect(panned(seen, whole, { x: -50, y: -20 })).toEqual({ ...seen, x: 60, y: 20 });
    expect(panned(seen, whole, { x: -1000, y: -1000 })).toEqual({ ...seen, x: 210, y: 100 });
  });
});
