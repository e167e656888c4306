import { DEVICE, ORDER, statementsOf } from './statement.js';

const LINK =
  'Simulated: the rate of the WLAN is solved from other numbers, not stated. Measured: pictures travel as bytes over links of ' +
  'their own, so what moving tiles costs counts for less.';
const HELD = 'Ours holds requests and fetches a task while another runs; the paper polls.';
const FASTEST = 'FTP-WST-S has an average latency of 6.8s with a 3.5x speedup';
const OF_MODNN = 'the latency and speedup in MoDNN are 8.1s and 2.1x';

/** What the paper's text states of Figure 13: section V.C. */
export const LATENCY_STATEMENTS = statementsOf({ figure: 'fig13', section: 'V.C' }, [
  {
    ...{ id: 'wst-latency', what: 'FTP-WST below FTP-WSH, mean', value: 10.3, unit: '%', reason: LINK },
    quote: 'an average of 10.3% reduction can be achieved by WST',
  },
  {
    ...{ id: 'modnn-best', what: 'MoDNN is fastest with', value: 4, unit: 'devices' },
    quote: 'the latency will reach a minimum and increase after 4 devices',
    reason: `${LINK} Fewer border rows travel as well.`,
  },
  {
    ...{ id: 'grid-latency', what: 'from 3x3 to 5x5, FTP without reuse, mean', value: 43, unit: '%' },
    quote: 'latency increases by an average of 43% because of more overlapped regions',
    reason: 'The multiply-accumulates of all tiles grow by 44 %; what travels does not cost as much more.',
  },
  {
    ...{ id: 'reuse-latency', what: 'FTP-WST-S below FTP-WST, mean', value: 27, unit: '%', reason: ORDER },
    ...{ bound: 'more than', quote: 'reduces latency by more than 27% on average compared to FTP-WST' },
  },
  {
    ...{ id: 'reuse-latency-3x3', what: 'the same, 3x3', value: 16, unit: '%', reason: ORDER },
    quote: 'FTP-WST-S will reduce the latency by an average of 16% for a 3x3 grid',
  },
  {
    ...{ id: 'reuse-latency-5x5', what: 'the same, 5x5', value: 33, unit: '%', reason: ORDER },
    quote: 'an average of 33% reduction is achieved in a 5x5 grid',
  },
  {
    ...{ id: 'one-device', what: 'FTP-WST-S above MoDNN, 1 device, mean', value: 25, unit: '%' },
    quote: 'With only one edge device, FTP-WST-S has an average of 25% larger latency',
    reason:
      'By multiply-accumulates and bytes alone one device loses little to tiles: 1.0 to 1.3 times the needed ones, and only results travel, where MoDNN’s picture goes to the gateway and back.',
  },
  {
    ...{ id: 'latency-6', what: 'FTP-WST-S, 6 devices, mean', value: 6.8, unit: 's', absolute: true },
    ...{ quote: FASTEST, reason: DEVICE },
  },
  {
    ...{ id: 'speedup-6', what: 'FTP-WST-S, 6 devices over 1, mean', value: 3.5, unit: 'x', quote: FASTEST },
    reason: `${LINK} ${HELD}`,
  },
  {
    ...{ id: 'speedup-2', what: 'FTP-WST-S, 2 devices over 1, mean', value: 1.7, unit: 'x' },
    ...{ section: 'abstract', quote: 'scalable CNN inference speedups of 1.7x-3.5x on 2-6 edge devices' },
    reason: `${LINK} ${HELD}`,
  },
  {
    ...{ id: 'modnn-latency-6', what: 'MoDNN, 6 devices', value: 8.1, unit: 's', absolute: true },
    ...{ quote: OF_MODNN, reason: DEVICE },
  },
  {
    ...{ id: 'modnn-speedup-6', what: 'MoDNN, 6 devices over 1', value: 2.1, unit: 'x', quote: OF_MODNN },
    reason: `${LINK} Fewer border rows travel as well.`,
  },
]);
