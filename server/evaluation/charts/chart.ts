import type { Look } from './look.js';

/** A figure as data: rows of panels under one legend. */
export interface Chart {
  readonly id: string;
  /** What it shows, for those who cannot see it. */
  readonly title: string;
  readonly legend: readonly LegendEntry[];
  readonly rows: readonly PanelRow[];
}

export interface LegendEntry {
  readonly label: string;
  readonly kind: 'line' | 'bar';
  readonly look: Look;
}

/** Panels side by side, on one scale each unless they share it. */
export interface PanelRow {
  readonly heading: string;
  /** Whether all panels of the row end at the same value. */
  readonly sharedScale: boolean;
  readonly panels: readonly Panel[];
}

export type Panel = LinePanel | BarPanel;

interface AnyPanel {
  readonly title: string;
  readonly xLabel: string;
  /** With its unit. */
  readonly yLabel: string;
}

/** A value and its confidence interval; null where there is none. */
export interface Mark {
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Over whole numbers. */
export interface LinePanel extends AnyPanel {
  readonly kind: 'lines';
  readonly xValues: readonly number[];
  readonly series: readonly LineSeries[];
}

export interface LineSeries {
  readonly look: Look;
  readonly points: readonly (Mark & { readonly x: number })[];
}

/** Groups of bars over names. */
export interface BarPanel extends AnyPanel {
  readonly kind: 'bars';
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
}

export interface BarSeries {
  readonly look: Look;
  /** One for each category. */
  readonly bars: readonly (Mark | null)[];
  /** Something else to be compared with each bar, drawn as a diamond upon it. */
  readonly compared?: readonly (number | null)[];
}
