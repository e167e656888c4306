import { SAME_SUM, statementsOf } from './statement.js';

const HALO = 'Ours counts the halo rows that a slice reads; without them each slice is a quarter.';
const MEAN = 'Each layer with its own weights, on average over the 16.';
const TOTALS = 'the reductions are 58% and 68% for FTP with 3x3 and 5x5 grid dimensions';
const LAYERS = 'reduced by an average of 69% and 79% for FTP-3x3 and FTP-5x5';

/** What the paper's text states of Figure 11: section V.A and III, the abstract. */
export const MEMORY_STATEMENTS = statementsOf({ figure: 'fig11', section: 'V.A', unit: '%' }, [
  {
    ...{ id: 'memory-peak', what: 'largest layer and all weights, untiled', value: 70, unit: 'MiB', bound: 'up to' },
    ...{ section: 'III', quote: 'the maximum memory footprint for layer execution can be as large as 70MB' },
    reason: SAME_SUM,
  },
  {
    ...{ id: 'memory-bodp', what: 'total reduced by BODP with four slices', value: 61, reason: HALO },
    quote: 'the reduction of total per device memory usage in BODP with 4 partitions is 61%',
  },
  { id: 'memory-3x3', what: 'total reduced by FTP 3x3', value: 58, quote: TOTALS, reason: SAME_SUM },
  { id: 'memory-5x5', what: 'total reduced by FTP 5x5', value: 68, quote: TOTALS, reason: SAME_SUM },
  { id: 'memory-layers-3x3', what: 'layers reduced by FTP 3x3, on average', value: 69, quote: LAYERS, reason: MEAN },
  { id: 'memory-layers-5x5', what: 'layers reduced by FTP 5x5, on average', value: 79, quote: LAYERS, reason: MEAN },
  {
    ...{ id: 'memory-layers-bodp', what: 'layers reduced by BODP-4, on average', value: 67, reason: HALO },
    quote: 'while in BODP-1x4, the average reduction is 67%',
  },
  {
    ...{ id: 'memory-device', what: 'total of a device with FTP 5x5', value: 23, unit: 'MiB', bound: 'less than' },
    ...{ section: 'abstract', quote: 'on 2-6 edge devices with less than 23MB memory each' },
    reason: `${SAME_SUM} Processes take more: see below.`,
  },
]);
