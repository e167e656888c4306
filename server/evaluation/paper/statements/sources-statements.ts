import { DEVICE, ORDER } from './reasons.js';
import type { Statement } from './statement.js';

const SERIAL = 'Sharing computes one frame at a time, here as there.';
const ALL_AT_ONCE =
  'The paper does not say when its sources submit; ours do at once, a frame each, so a source is never idle while others are.';

/** What the paper's text states of Figure 14: section V.C. */
export const SOURCES_STATEMENTS = [
  ...(
    [
      ['ftp-wsh', 'FTP-WSH', 6.1, SERIAL],
      ['modnn', 'MoDNN', 6.0, SERIAL],
      ['ftp-wst', 'FTP-WST', 4.2, ALL_AT_ONCE],
      ['ftp-wst-s', 'FTP-WST-S', 3.1, ALL_AT_ONCE],
    ] as const
  ).map(([strategy, name, value, reason]) => ({
    ...{ id: `growth-${strategy}`, figure: 'fig14' as const, unit: 'x' as const, value, reason },
    what: `${name}: longest latency, 6 sources over 1`,
    section: 'V.C',
    quote:
      'an average of 6.1x and 6.0x for FTP-WSH and MoDNN, respectively, while the increase is only 4.2x and 3.1x for ' +
      'FTP-WST and FTP-WST-S',
  })),
  {
    ...{ id: 'rate-modnn', figure: 'fig14', what: 'MoDNN, mean', value: 0.12, unit: 'frames/s', absolute: true },
    ...{ section: 'V.C', quote: 'the throughput is constantly around 0.12 frames per second' },
    reason: DEVICE,
  },
  {
    ...{ id: 'rate-ftp-wsh', figure: 'fig14', what: 'FTP-WSH, mean', value: 0.11, unit: 'frames/s', absolute: true },
    ...{ section: 'V.C', quote: 'throughput for FTP-WSH is 0.11 FPS on average' },
    reason: DEVICE,
  },
  {
    ...{
      id: 'rate-wst-1',
      figure: 'fig14',
      what: 'FTP-WST, 1 source, mean',
      value: 0.14,
      unit: 'frames/s',
      absolute: true,
    },
    ...{ section: 'V.C', quote: 'the average throughput will increase from 0.14 to 0.20 for FTP-WST' },
    reason: DEVICE,
  },
  {
    ...{
      id: 'rate-wst-6',
      figure: 'fig14',
      what: 'FTP-WST, 6 sources, mean',
      value: 0.2,
      unit: 'frames/s',
      absolute: true,
    },
    ...{ section: 'V.C', quote: 'the average throughput will increase from 0.14 to 0.20 for FTP-WST' },
    reason: DEVICE,
  },
  {
    ...{
      id: 'reuse-longest-3x3',
      figure: 'fig14',
      what: 'FTP-WST-S below FTP-WST: longest latency, 3x3',
      value: 20,
      unit: '%',
    },
    ...{
      section: 'V.C',
      quote: 'reuse-aware work scheduling provides 20% and 22% improvement for latency and throughput',
    },
    reason: ORDER,
  },
  {
    ...{
      id: 'reuse-rate-3x3',
      figure: 'fig14',
      what: 'FTP-WST-S above FTP-WST: throughput, 3x3',
      value: 22,
      unit: '%',
    },
    ...{
      section: 'V.C',
      quote: 'reuse-aware work scheduling provides 20% and 22% improvement for latency and throughput',
    },
    reason: ORDER,
  },
  {
    ...{
      id: 'reuse-longest-5x5',
      figure: 'fig14',
      what: 'FTP-WST-S below FTP-WST: longest latency, 5x5',
      value: 32,
      unit: '%',
    },
    ...{ section: 'V.C', quote: '32% and 45% latency reduction and throughput improvement are achieved' },
    reason: ORDER,
  },
  {
    ...{
      id: 'reuse-rate-5x5',
      figure: 'fig14',
      what: 'FTP-WST-S above FTP-WST: throughput, 5x5',
      value: 45,
      unit: '%',
    },
    ...{ section: 'V.C', quote: '32% and 45% latency reduction and throughput improvement are achieved' },
    reason: ORDER,
  },
  {
    ...{
      id: 'modnn-longest',
      figure: 'fig14',
      what: 'FTP-WST-S below MoDNN: longest latency, mean',
      value: 41,
      unit: '%',
    },
    ...{
      section: 'V.C',
      quote: 'outperform MoDNN by an average of 41% latency reduction and 80% throughput improvement',
    },
    reason: 'Means over several sources. MoDNN does better here, with fewer border rows and faster links.',
  },
  {
    ...{ id: 'modnn-rate', figure: 'fig14', what: 'FTP-WST-S above MoDNN: throughput, mean', value: 80, unit: '%' },
    ...{
      section: 'V.C',
      quote: 'outperform MoDNN by an average of 41% latency reduction and 80% throughput improvement',
    },
    reason: 'Means over several sources. MoDNN does better here, with fewer border rows and faster links.',
  },
] as const satisfies readonly Statement[];
