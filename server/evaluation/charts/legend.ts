import type { LegendEntry } from './chart.js';
import { drawLine, drawMarker } from './look.js';
import { element, label } from './svg.js';

const ROW_HEIGHT = 20;
const SAMPLE_WIDTH = 26;
const GAP = 20;
/** Of letters at 12 px, on the wide side: nothing here can measure a font. */
const LETTER_WIDTH = 6.4;

/** Entries in rows that are no wider than the figure. */
export function layOutLegend(entries: readonly LegendEntry[], width: number): readonly (readonly LegendEntry[])[] {
  const rows: LegendEntry[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const wanted = widthOf(entry);
    if (used + wanted > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(entry);
    used += wanted;
  }
  return rows;
}

export function legendHeight(rows: readonly unknown[]): number {
  return rows.length * ROW_HEIGHT;
}

export function drawLegend(rows: readonly (readonly LegendEntry[])[], left: number, top: number): string {
  return rows
    .map((row, index) => {
      let x = left;
      const y = top + ROW_HEIGHT * (index + 0.5);
      return row
        .map((entry) => {
          const drawn = drawSample(entry, x, y) + label(entry.label, { x: x + SAMPLE_WIDTH + 6, y: y + 4 });
          x += widthOf(entry);
          return drawn;
        })
        .join('');
    })
    .join('');
}

function drawSample({ kind, look }: LegendEntry, x: number, y: number): string {
  if (kind === 'bar') {
    return element('rect', { class: `fill-${look.tone}`, x: x + 8, y: y - 5.5, width: 11, height: 11 });
  }
  const ends = [
    { x: x + 1, y },
    { x: x + SAMPLE_WIDTH - 1, y },
  ];
  return drawLine(look, ends) + drawMarker(look, x + SAMPLE_WIDTH / 2, y);
}

function widthOf({ label: text }: LegendEntry): number {
  return SAMPLE_WIDTH + 6 + text.length * LETTER_WIDTH + GAP;
}
