import { SAME_SUM } from './reasons.js';
import type { Statement } from './statement.js';

const HALO = 'Ours counts the halo rows that a slice reads; without them each slice is a quarter.';

/** What the paper's text states of Figure 11: section V.A and III, the abstract. */
export const MEMORY_STATEMENTS = [
  {
    ...{ id: 'memory-peak', figure: 'fig11', what: 'largest layer and all weights, untiled', value: 70, unit: 'MiB' },
    ...{
      bound: 'up to',
      section: 'III',
      quote: 'the maximum memory footprint for layer execution can be as large as 70MB',
    },
    reason: SAME_SUM,
  },
  {
    ...{ id: 'memory-bodp', figure: 'fig11', what: 'total reduced by BODP with four slices', value: 61, unit: '%' },
    ...{ section: 'V.A', quote: 'the reduction of total per device memory usage in BODP with 4 partitions is 61%' },
    reason: HALO,
  },
  {
    ...{ id: 'memory-3x3', figure: 'fig11', what: 'total reduced by FTP 3x3', value: 58, unit: '%' },
    ...{ section: 'V.A', quote: 'the reductions are 58% and 68% for FTP with 3x3 and 5x5 grid dimensions' },
    reason: SAME_SUM,
  },
  {
    ...{ id: 'memory-5x5', figure: 'fig11', what: 'total reduced by FTP 5x5', value: 68, unit: '%' },
    ...{ section: 'V.A', quote: 'the reductions are 58% and 68% for FTP with 3x3 and 5x5 grid dimensions' },
    reason: SAME_SUM,
  },
  {
    ...{
      id: 'memory-layers-3x3',
      figure: 'fig11',
      what: 'layers reduced by FTP 3x3, on average',
      value: 69,
      unit: '%',
    },
    ...{ section: 'V.A', quote: 'reduced by an average of 69% and 79% for FTP-3x3 and FTP-5x5' },
    reason: 'Each layer with its own weights, on average over the 16.',
  },
  {
    ...{
      id: 'memory-layers-5x5',
      figure: 'fig11',
      what: 'layers reduced by FTP 5x5, on average',
      value: 79,
      unit: '%',
    },
    ...{ section: 'V.A', quote: 'reduced by an average of 69% and 79% for FTP-3x3 and FTP-5x5' },
    reason: 'Each layer with its own weights, on average over the 16.',
  },
  {
    ...{
      id: 'memory-layers-bodp',
      figure: 'fig11',
      what: 'layers reduced by BODP-4, on average',
      value: 67,
      unit: '%',
    },
    ...{ section: 'V.A', quote: 'while in BODP-1x4, the average reduction is 67%' },
    reason: HALO,
  },
  {
    ...{ id: 'memory-device', figure: 'fig11', what: 'total of a device with FTP 5x5', value: 23, unit: 'MiB' },
    ...{ bound: 'less than', section: 'abstract', quote: 'on 2-6 edge devices with less than 23MB memory each' },
    reason: `${SAME_SUM} Processes take more: see below.`,
  },
] as const satisfies readonly Statement[];
