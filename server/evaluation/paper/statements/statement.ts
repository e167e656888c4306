import type { FigureId } from '../page/figure-id.js';

export type Unit = '%' | 'MiB' | 's' | 'x' | 'frames/s' | 'devices';

/** A number that the paper's text states; those that only its plots show are not here. */
export interface Statement {
  readonly id: string;
  readonly figure: FigureId;
  /** In our words. */
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  /** What the text says where it gives no number, but a bound. */
  readonly bound?: 'more than' | 'less than' | 'up to';
  /** Section of the paper, and the words around the number. */
  readonly section: string;
  readonly quote: string;
  /** A time or rate of the paper's own devices: other machines' are beside it, not against it. */
  readonly absolute?: true;
  /** Why ours may differ. */
  readonly reason: string;
}
