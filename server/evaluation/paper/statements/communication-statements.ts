import { U8 } from './reasons.js';
import type { Statement } from './statement.js';

const SAME = 'The same arithmetic, rounded in the paper.';
const POOL =
  'To the letter, the strips of each tile go to the gateway whether anyone fetches them or not; by default they come from the ' +
  'device that has them, where that is worth it. Inputs shrink by what is reused.';

/** What the paper's text states of Figure 12: section V.B. */
export const COMMUNICATION_STATEMENTS = [
  ...(['3x3', '4x4', '5x5'] as const).map((grid, index) => ({
    ...{ id: `wsh-${grid}`, figure: 'fig12' as const, what: `FTP-WSH, ${grid}`, unit: 'MiB' as const },
    value: [13.8, 16.2, 18.9][index]!,
    section: 'V.B',
    quote: 'constantly 13.8MB, 16.2MB, and 18.9MB for FTP-3x3, FTP-4x4 and FTP-5x5',
    reason: SAME,
  })),
  {
    ...{ id: 'modnn-mean', figure: 'fig12', what: 'MoDNN, mean over 1 to 6 devices', value: 14.0, unit: 'MiB' },
    ...{ section: 'V.B', quote: 'MoDNN communicates an average of 14.0MB of data' },
    reason:
      'The paper does not say which rows travel. Ours cuts where pooling windows meet, and sends a border row up once and ' +
      'down once.',
  },
  {
    ...{ id: 'modnn-6', figure: 'fig12', what: 'MoDNN, 6 devices', value: 19.6, unit: 'MiB', bound: 'up to' },
    ...{ section: 'V.B', quote: 'the communication overhead of MoDNN increases linearly to up to 19.6MB' },
    reason: 'As above: fewer border rows travel.',
  },
  {
    ...{ id: 'wst-bytes', figure: 'fig12', what: 'FTP-WST below FTP-WSH, mean', value: 52, unit: '%' },
    ...{ section: 'V.B', quote: 'WST can reduce the communication overhead by an average of 52%' },
    reason: U8,
  },
  {
    ...{ id: 'wst-s-bytes-3x3', figure: 'fig12', what: 'FTP-WST-S above FTP-WST, 3x3, mean', value: 1.4, unit: 'MiB' },
    ...{ section: 'V.B', quote: 'FTP-WST-S introduces an average of 1.4MB more communication data than FTP-WST' },
    reason: POOL,
  },
  {
    ...{ id: 'wst-s-bytes-5x5', figure: 'fig12', what: 'FTP-WST-S above FTP-WST, 5x5, mean', value: 0.9, unit: 'MiB' },
    ...{ section: 'V.B', quote: 'the overhead is reduced to 0.9MB in a 5x5 grid' },
    reason: POOL,
  },
] as const satisfies readonly Statement[];
