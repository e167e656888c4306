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

type Rest<Common> = Omit<Statement, keyof Common> & Partial<Statement>;

/** Completes statements with what all of them have in common, or most: what a statement says itself counts. */
export function statementsOf<Common extends Partial<Statement>, const Id extends string>(
  common: Common,
  own: readonly (Rest<Common> & { readonly id: Id })[],
): readonly (Statement & { readonly id: Id })[] {
  return own.map((one) => ({ ...common, ...one }) as Statement & { readonly id: Id });
}

// Why ours may differ, where several figures have it in common.

export const SAME_SUM = 'Arithmetic on the same definition: input and output of the largest layer, and all weights.';

export const U8 = 'Pictures are counted with four bytes a value, as in the paper; ours travel with one.';

export const ORDER =
  'Simulated: strips of every tile cross the shared WLAN to the gateway. Measured: any side of a tile is reused, tiles are chosen ' +
  'by what is there, and strips are fetched from their device only where that is worth it.';

export const DEVICE = 'Time of another device. On the paper’s, simulated, it tests how well two equations describe it.';
