import type { Rectangle } from '../stage-geometry.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A pixel of the picture is not drawn larger than this many times its size in the whole picture. */
const LARGEST_SCALE = 8;

/**
 * The part of a drawing that is seen after zooming.
 *
 * @param seen what is seen before, within `whole`.
 * @param factor above 1: closer.
 * @param fixed the point that stays where it is on the screen.
 */
export function zoomed(seen: Rectangle, whole: Rectangle, factor: number, fixed: Point): Rectangle {
  const scale = Math.min(LARGEST_SCALE, Math.max(1, (whole.width / seen.width) * factor));
  const share = whole.width / scale / seen.width;
  return within(whole, {
    x: fixed.x - (fixed.x - seen.x) * share,
    y: fixed.y - (fixed.y - seen.y) * share,
    width: whole.width / scale,
    height: whole.height / scale,
  });
}

/** The part that is seen after the drawing was moved by `by`. */
export function panned(seen: Rectangle, whole: Rectangle, by: Point): Rectangle {
  return within(whole, { ...seen, x: seen.x - by.x, y: seen.y - by.y });
}

export function centreOf({ x, y, width, height }: Rectangle): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

function within(whole: Rectangle, area: Rectangle): Rectangle {
  const clamped = (value: number, least: number, most: number) =>
    Math.min(Math.max(value, least), Math.max(least, most));
  return {
    ...area,
    x: clamped(area.x, whole.x, whole.x + whole.width - area.width),
    y: clamped(area.y, whole.y, whole.y + whole.height - area.height),
  };
}
