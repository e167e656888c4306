import { SAME_SUM, U8 } from './reasons.js';
import type { Statement } from './statement.js';

/** What the paper's text states of Figure 15: section V.D. */
export const PARAMETERS_STATEMENTS = [
  {
    ...{ id: 'depth-memory', figure: 'fig15', what: 'memory with 5x5 below 3x3, 16 layers', value: 23, unit: '%' },
    ...{ bound: 'more than', section: 'V.D', quote: 'more than 23% memory reduction can be achieved' },
    reason: SAME_SUM,
  },
  {
    ...{ id: 'depth-bytes', figure: 'fig15', what: 'bytes with 5x5 above 3x3, 16 layers', value: 25, unit: '%' },
    ...{ section: 'V.D', quote: 'the amount of transmitted data increases overall by 25% from 3x3 to 5x5' },
    reason: U8,
  },
] as const satisfies readonly Statement[];
