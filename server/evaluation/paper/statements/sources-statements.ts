import { DEVICE, ORDER, statementsOf } from './statement.js';

const SERIAL = 'Sharing computes one frame at a time, here as there.';
const ALL_AT_ONCE =
  'The paper does not say when its sources submit; ours do at once, a frame each, so a source is never idle while others are.';
const MEANS = 'Means over several sources. MoDNN does better here, with fewer border rows and faster links.';
const GROWTH =
  'an average of 6.1x and 6.0x for FTP-WSH and MoDNN, respectively, while the increase is only 4.2x and 3.1x for ' +
  'FTP-WST and FTP-WST-S';
const RATES = 'the average throughput will increase from 0.14 to 0.20 for FTP-WST';
const REUSE_3X3 = 'reuse-aware work scheduling provides 20% and 22% improvement for latency and throughput';
const REUSE_5X5 = '32% and 45% latency reduction and throughput improvement are achieved';
const OVER_MODNN = 'outperform MoDNN by an average of 41% latency reduction and 80% throughput improvement';

/** What the paper's text states of Figure 14: section V.C. */
export const SOURCES_STATEMENTS = [
  ...statementsOf({ figure: 'fig14', section: 'V.C', unit: 'x', quote: GROWTH }, [
    { id: 'growth-ftp-wsh', what: 'FTP-WSH: longest latency, 6 sources over 1', value: 6.1, reason: SERIAL },
    { id: 'growth-modnn', what: 'MoDNN: longest latency, 6 sources over 1', value: 6.0, reason: SERIAL },
    { id: 'growth-ftp-wst', what: 'FTP-WST: longest latency, 6 sources over 1', value: 4.2, reason: ALL_AT_ONCE },
    { id: 'growth-ftp-wst-s', what: 'FTP-WST-S: longest latency, 6 sources over 1', value: 3.1, reason: ALL_AT_ONCE },
  ]),
  ...statementsOf({ figure: 'fig14', section: 'V.C', unit: 'frames/s', absolute: true, reason: DEVICE }, [
    {
      ...{ id: 'rate-modnn', what: 'MoDNN, mean', value: 0.12 },
      quote: 'the throughput is constantly around 0.12 frames per second',
    },
    {
      ...{ id: 'rate-ftp-wsh', what: 'FTP-WSH, mean', value: 0.11 },
      quote: 'throughput for FTP-WSH is 0.11 FPS on average',
    },
    { id: 'rate-wst-1', what: 'FTP-WST, 1 source, mean', value: 0.14, quote: RATES },
    { id: 'rate-wst-6', what: 'FTP-WST, 6 sources, mean', value: 0.2, quote: RATES },
  ]),
  ...statementsOf({ figure: 'fig14', section: 'V.C', unit: '%', reason: ORDER }, [
    { id: 'reuse-longest-3x3', what: 'FTP-WST-S below FTP-WST: longest latency, 3x3', value: 20, quote: REUSE_3X3 },
    { id: 'reuse-rate-3x3', what: 'FTP-WST-S above FTP-WST: throughput, 3x3', value: 22, quote: REUSE_3X3 },
    { id: 'reuse-longest-5x5', what: 'FTP-WST-S below FTP-WST: longest latency, 5x5', value: 32, quote: REUSE_5X5 },
    { id: 'reuse-rate-5x5', what: 'FTP-WST-S above FTP-WST: throughput, 5x5', value: 45, quote: REUSE_5X5 },
  ]),
  ...statementsOf({ figure: 'fig14', section: 'V.C', unit: '%', quote: OVER_MODNN, reason: MEANS }, [
    { id: 'modnn-longest', what: 'FTP-WST-S below MoDNN: longest latency, mean', value: 41 },
    { id: 'modnn-rate', what: 'FTP-WST-S above MoDNN: throughput, mean', value: 80 },
  ]),
];
