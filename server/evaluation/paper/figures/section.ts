import type { Chart } from '../../charts/chart.js';
import type { FigureId } from '../page/figure-id.js';

/** A figure of the page: what it shows, as a chart and as tables. */
export interface Section {
  readonly id: FigureId;
  readonly title: string;
  /** Paragraphs: what the figure is here, and how it differs from the paper's. */
  readonly caption: readonly string[];
  readonly chart: Chart | null;
  readonly tables: readonly Table[];
}

export interface Table {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
}

export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A column of words. */
export function left(title: string): TableColumn {
  return { title, align: 'left' };
}

/** A column of numbers. */
export function right(title: string): TableColumn {
  return { title, align: 'right' };
}
