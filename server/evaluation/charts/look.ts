import { type Attributes, coordinate, element, polyline } from './svg.js';

/** Okabe and Ito's colours, which people see apart however they see colours; never the only difference. */
export const TONES = ['blue', 'green', 'orange', 'purple', 'grey', 'ink'] as const;

export type Tone = (typeof TONES)[number];

export type Marker = 'circle' | 'triangle' | 'square' | 'diamond' | 'cross';

/** How a series is drawn. */
export interface Look {
  readonly tone: Tone;
  readonly marker: Marker | 'none';
  readonly line: 'solid' | 'dashed' | 'none';
}

const RADIUS = 3.6;
/** Larger than what may lie upon it. */
const CROSS_RADIUS = 5.5;

/** A marker around a point. */
export function drawMarker({ marker, tone, line }: Look, x: number, y: number): string {
  const r = marker === 'cross' ? CROSS_RADIUS : RADIUS;
  // What is drawn with dashes has hollow markers.
  const look: Attributes = { class: `${line === 'dashed' ? 'hollow' : 'fill'}-${tone}` };
  switch (marker) {
    case 'none':
      return '';
    case 'circle':
      return element('circle', { ...look, cx: x, cy: y, r });
    case 'square':
      return element('rect', { ...look, x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8 });
    case 'triangle':
      return closed(look, [
        { x, y: y - r * 1.2 },
        { x: x + r * 1.15, y: y + r * 0.85 },
        { x: x - r * 1.15, y: y + r * 0.85 },
      ]);
    case 'diamond':
      return closed(look, [
        { x, y: y - r * 1.3 },
        { x: x + r * 1.3, y },
        { x, y: y + r * 1.3 },
        { x: x - r * 1.3, y },
      ]);
    case 'cross':
      return element('path', {
        class: `line-${tone} thin`,
        d: [-1, 1]
          .map((s) => `M${coordinate(x - r)} ${coordinate(y - s * r)}L${coordinate(x + r)} ${coordinate(y + s * r)}`)
          .join(''),
      });
  }
}

function closed(look: Attributes, points: readonly { readonly x: number; readonly y: number }[]): string {
  return element('path', { ...look, d: `${polyline(points)}Z` });
}

/** A line through points. */
export function drawLine({ line, tone }: Look, points: readonly { readonly x: number; readonly y: number }[]): string {
  if (line === 'none' || points.length < 2) return '';
  return element('path', { class: `line-${tone}${line === 'dashed' ? ' dashed' : ''}`, d: polyline(points) });
}

/** From low to high, with ends; nothing where both are the same. */
export function drawWhisker(tone: Tone, x: number, lowY: number, highY: number): string {
  if (Math.abs(lowY - highY) < 0.5) return '';
  const half = 3;
  const [left, right, low, high] = [x - half, x + half, lowY, highY].map(coordinate);
  const at = coordinate(x);
  return element('path', {
    class: `line-${tone} thin`,
    d: `M${left} ${low}H${right}M${left} ${high}H${right}M${at} ${low}V${high}`,
  });
}
