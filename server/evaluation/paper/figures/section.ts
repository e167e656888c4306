import type { Chart } from '../../charts/chart.js';
import type { Table } from '../../tables/table.js';
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
