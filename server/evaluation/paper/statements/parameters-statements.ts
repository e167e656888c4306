import { SAME_SUM, statementsOf, U8 } from './statement.js';

/** What the paper's text states of Figure 15: section V.D. */
export const PARAMETERS_STATEMENTS = statementsOf({ figure: 'fig15', section: 'V.D', unit: '%' }, [
  {
    ...{ id: 'depth-memory', what: 'memory with 5x5 below 3x3, 16 layers', value: 23, reason: SAME_SUM },
    ...{ bound: 'more than', quote: 'more than 23% memory reduction can be achieved' },
  },
  {
    ...{ id: 'depth-bytes', what: 'bytes with 5x5 above 3x3, 16 layers', value: 25, reason: U8 },
    quote: 'the amount of transmitted data increases overall by 25% from 3x3 to 5x5',
  },
]);
