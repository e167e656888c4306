import type { BarPanel, LinePanel, Mark, Panel } from './chart.js';
import { drawLine, drawMarker, drawWhisker, type Look } from './look.js';
import { element, label } from './svg.js';
import { type Ticks, ticksTo } from './ticks.js';

/** Where a panel lies, with its axes and titles. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 *     title
 *     yLabel
 *     8 |        .
 *     4 |   .
 *     0 +----------
 *         1  2  3     xLabel below
 */
export const MARGIN = { left: 44, right: 14, top: 42, bottom: 44 } as const;

const Y_STEPS = 5;
const COMPARED: Omit<Look, 'tone'> = { marker: 'diamond', line: 'dashed' };
const GROUP_GAP = 0.26;

/** The largest value that a panel shows, bounds included; 0 without any. */
export function mostOf(panel: Panel): number {
  const marks: readonly (Mark | null)[] =
    panel.kind === 'lines' ? panel.series.flatMap(({ points }) => points) : panel.series.flatMap(({ bars }) => bars);
  const compared = panel.kind === 'bars' ? panel.series.flatMap((series) => series.compared ?? []) : [];
  const values = [...marks.flatMap((mark) => (mark === null ? [] : [mark.y, mark.high ?? mark.y])), ...compared];
  return Math.max(0, ...values.filter((value) => value !== null));
}

/** @param most value that the vertical axis has to hold. */
export function drawPanel(panel: Panel, frame: Frame, most: number): string {
  const ticks = ticksTo(most > 0 ? most : 1, Y_STEPS);
  const plot = {
    x: frame.x + MARGIN.left,
    y: frame.y + MARGIN.top,
    width: frame.width - MARGIN.left - MARGIN.right,
    height: frame.height - MARGIN.top - MARGIN.bottom,
  };
  const toY = (value: number) => plot.y + plot.height * (1 - value / ticks.end);
  const content = panel.kind === 'lines' ? drawLines(panel, plot, toY) : drawBars(panel, plot, toY);
  const note =
    most > 0 ? [] : [label('not there', { ...at(plot.x + plot.width / 2, toY(0.5)), class: 'soft', ...MIDDLE })];
  return element(
    'g',
    {},
    label(panel.title, { ...at(frame.x + MARGIN.left, frame.y + 14), class: 'strong' }),
    label(panel.yLabel, { ...at(frame.x + MARGIN.left, frame.y + 31), class: 'small soft' }),
    ...drawScale(ticks, plot, toY),
    label(panel.xLabel, { ...at(plot.x + plot.width / 2, plot.y + plot.height + 35), class: 'small soft', ...MIDDLE }),
    content,
    ...note,
  );
}

const MIDDLE = { 'text-anchor': 'middle' } as const;
const at = (x: number, y: number) => ({ x, y });

function drawScale(ticks: Ticks, plot: Frame, toY: (value: number) => number): readonly string[] {
  return ticks.values.flatMap((value) => [
    element('path', {
      class: value === 0 ? 'axis' : 'rule',
      d: `M${plot.x} ${toY(value).toFixed(1)}H${plot.x + plot.width}`,
    }),
    label(value.toFixed(ticks.decimals), {
      ...at(plot.x - 7, toY(value) + 4),
      class: 'small soft',
      'text-anchor': 'end',
    }),
  ]);
}

function drawLines({ series, xValues }: LinePanel, plot: Frame, toY: (value: number) => number): string {
  const [first, last] = [Math.min(...xValues), Math.max(...xValues)];
  const inset = 14;
  const span = Math.max(1, last - first);
  const toX = (value: number) => plot.x + inset + ((plot.width - 2 * inset) * (value - first)) / span;
  const names = xValues.map((value) =>
    label(String(value), { ...at(toX(value), plot.y + plot.height + 17), class: 'small soft', ...MIDDLE }),
  );
  const drawn = series.map(({ look, points }) => {
    const placed = points.map((point) => ({ ...point, x: toX(point.x), y: toY(point.y) }));
    return element(
      'g',
      {},
      drawLine(look, placed),
      ...placed.map(({ high, low, x }) =>
        low === null || high === null ? '' : drawWhisker(look.tone, x, toY(low), toY(high)),
      ),
      ...placed.map(({ x, y }) => drawMarker(look, x, y)),
    );
  });
  return [...names, ...drawn].join('');
}

function drawBars({ categories, series }: BarPanel, plot: Frame, toY: (value: number) => number): string {
  const group = plot.width / categories.length;
  const bar = (group * (1 - GROUP_GAP)) / Math.max(1, series.length);
  return categories
    .map((category, index) => {
      const left = plot.x + group * index + (group * GROUP_GAP) / 2;
      const bars = series.map(({ bars: marks, compared, look }, place) => {
        const mark = marks[index] ?? null;
        const other = compared?.[index] ?? null;
        const x = left + bar * place;
        const middle = x + bar / 2;
        return [
          mark === null ? '' : drawBar(look, { x: x + 0.5, width: Math.max(1, bar - 1) }, toY(mark.y), toY(0)),
          mark === null || mark.low === null || mark.high === null
            ? ''
            : drawWhisker('ink', middle, toY(mark.low), toY(mark.high)),
          other === null ? '' : drawMarker({ ...COMPARED, tone: 'ink' }, middle, toY(other)),
        ].join('');
      });
      const name = label(category, {
        ...at(plot.x + group * (index + 0.5), plot.y + plot.height + 17),
        class: 'small soft',
        ...MIDDLE,
      });
      return [...bars, name].join('');
    })
    .join('');
}

function drawBar({ tone }: Look, { x, width }: { x: number; width: number }, top: number, bottom: number): string {
  return element('rect', { class: `fill-${tone}`, x, y: top, width, height: Math.max(0, bottom - top) });
}
