import { statementsOf, U8 } from './statement.js';

const SAME = 'The same arithmetic, rounded in the paper.';
const WSH = 'constantly 13.8MB, 16.2MB, and 18.9MB for FTP-3x3, FTP-4x4 and FTP-5x5';
const POOL =
  'To the letter, the strips of each tile go to the gateway whether anyone fetches them or not; by default they come from the ' +
  'device that has them, where that is worth it. Inputs shrink by what is reused.';

/** What the paper's text states of Figure 12: section V.B. */
export const COMMUNICATION_STATEMENTS = statementsOf({ figure: 'fig12', section: 'V.B', unit: 'MiB' }, [
  { id: 'wsh-3x3', what: 'FTP-WSH, 3x3', value: 13.8, quote: WSH, reason: SAME },
  { id: 'wsh-4x4', what: 'FTP-WSH, 4x4', value: 16.2, quote: WSH, reason: SAME },
  { id: 'wsh-5x5', what: 'FTP-WSH, 5x5', value: 18.9, quote: WSH, reason: SAME },
  {
    ...{ id: 'modnn-mean', what: 'MoDNN, mean over 1 to 6 devices', value: 14.0 },
    quote: 'MoDNN communicates an average of 14.0MB of data',
    reason:
      'The paper does not say which rows travel. Ours cuts where pooling windows meet, and sends a border row up once and ' +
      'down once.',
  },
  {
    ...{ id: 'modnn-6', what: 'MoDNN, 6 devices', value: 19.6, bound: 'up to' },
    quote: 'the communication overhead of MoDNN increases linearly to up to 19.6MB',
    reason: 'As above: fewer border rows travel.',
  },
  {
    ...{ id: 'wst-bytes', what: 'FTP-WST below FTP-WSH, mean', value: 52, unit: '%', reason: U8 },
    quote: 'WST can reduce the communication overhead by an average of 52%',
  },
  {
    ...{ id: 'wst-s-bytes-3x3', what: 'FTP-WST-S above FTP-WST, 3x3, mean', value: 1.4, reason: POOL },
    quote: 'FTP-WST-S introduces an average of 1.4MB more communication data than FTP-WST',
  },
  {
    ...{ id: 'wst-s-bytes-5x5', what: 'FTP-WST-S above FTP-WST, 5x5, mean', value: 0.9, reason: POOL },
    quote: 'the overhead is reduced to 0.9MB in a 5x5 grid',
  },
]);
