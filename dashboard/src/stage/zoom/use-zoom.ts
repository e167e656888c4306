import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Rectangle } from '../stage-geometry.js';
import { centreOf, type Point, panned, zoomed } from './visible-area.js';

export interface Zoom {
  /** The visible part of the drawing. */
  readonly seen: Rectangle;
  readonly isZoomed: boolean;
  /** @param factor above 1: closer. */
  by(factor: number): void;
  reset(): void;
  /** For the drawing: it is moved by dragging, and zoomed with two fingers or a double click. */
  readonly handlers: {
    onPointerDown(event: PointerEvent): void;
    onPointerMove(event: PointerEvent): void;
    onPointerUp(event: PointerEvent): void;
    onPointerCancel(event: PointerEvent): void;
    onDblClick(event: MouseEvent): void;
  };
}

const WHEEL_FACTOR = 1.2;
const DOUBLE_CLICK_FACTOR = 2;

/**
 * Zooms a drawing, also with the wheel while Ctrl is held, as two fingers on a touchpad do.
 *
 * @param whole all of it, in its own units.
 */
export function useZoom(drawing: RefObject<SVGSVGElement | null>, whole: Rectangle): Zoom {
  const [area, setArea] = useState<Rectangle | null>(null);
  const seen = area ?? whole;
  const pointers = useRef(new Map<number, Point>());

  /** A place on the screen, in the drawing's units. */
  const pointAt = ({ clientX, clientY }: { clientX: number; clientY: number }, from: Rectangle): Point => {
    const { left, top, width, height } = drawing.current!.getBoundingClientRect();
    return {
      x: from.x + ((clientX - left) / width) * from.width,
      y: from.y + ((clientY - top) / height) * from.height,
    };
  };
  const zoomAt = (factor: number, place: { clientX: number; clientY: number }): void =>
    setArea((before) => zoomed(before ?? whole, whole, factor, pointAt(place, before ?? whole)));

  useEffect(() => setArea(null), [whole.x, whole.y, whole.width, whole.height]);

  useEffect(() => {
    const { current } = drawing;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomAt(event.deltaY < 0 ? WHEEL_FACTOR : 1 / WHEEL_FACTOR, event);
    };
    // By hand: the page scrolls otherwise, which only a listener that is not passive can keep it from.
    current?.addEventListener('wheel', onWheel, { passive: false });
    return () => current?.removeEventListener('wheel', onWheel);
  });

  const onPointerMove = (event: PointerEvent): void => {
    const before = pointers.current.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const others = [...pointers.current].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    pointers.current.set(event.pointerId, now);
    const [other] = others;
    if (other !== undefined) {
      const factor = distance(now, other) / Math.max(1, distance(before, other));
      zoomAt(factor, { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 });
    } else if (area !== null) {
      const { width, height } = drawing.current!.getBoundingClientRect();
      const by = { x: ((now.x - before.x) / width) * seen.width, y: ((now.y - before.y) / height) * seen.height };
      setArea(panned(seen, whole, by));
    }
  };
  const forget = ({ pointerId }: PointerEvent): void => void pointers.current.delete(pointerId);

  return {
    seen,
    isZoomed: area !== null && area.width < whole.width,
    by: (factor) => setArea((before) => zoomed(before ?? whole, whole, factor, centreOf(before ?? whole))),
    reset: () => setArea(null),
    handlers: {
      onPointerDown(event) {
        pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
        drawing.current?.setPointerCapture(event.pointerId);
      },
      onPointerMove,
      onPointerUp: forget,
      onPointerCancel: forget,
      onDblClick: (event) => zoomAt(DOUBLE_CLICK_FACTOR, event),
    },
  };
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
