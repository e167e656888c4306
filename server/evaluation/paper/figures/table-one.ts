import { left, right } from '../../tables/table.js';
import type { PaperResults } from '../experiments/results.js';
import { FIGURE_TITLES } from '../page/figure-id.js';
import type { Section } from './section.js';

/** Table I, and what it is run on. */
export function tableOne({ arithmetic }: PaperResults): Section {
  return {
    id: 'table1',
    title: FIGURE_TITLES.table1,
    caption: [
      'As in the paper, YOLOv2 (608x608), of which the first 16 layers are fused. Weights are synthetic: they change no time, and ' +
        'every output is compared with the untiled network’s.',
    ],
    chart: null,
    tables: [
      {
        title: 'What is compared',
        columns: [left(''), left('paper: DeepThings'), left('paper: MoDNN'), left('here')],
        rows: [
          ['partition', 'FTP', 'BODP-MR', 'both'],
          ['dimensions', '3x3 to 5x5', '1x1 to 1x6', 'the same'],
          ['distribution', 'stealing or sharing', 'sharing', 'ftp-wst-s, ftp-wst; ftp-wsh, modnn'],
          ['edge devices', '1 to 6', '1 to 6', 'the same'],
          ['a device', 'Raspberry Pi 3, one core', 'the same', 'simulated as that; measured: a share of a core'],
          ['the network', 'WLAN', 'the same', 'simulated: a shared medium; measured: a link each to a switch'],
          ['engine', 'Darknet with NNPACK, C', 'the same', 'ONNX Runtime, TypeScript on Node.js'],
          ['transport', 'TCP sockets', 'the same', 'HTTP, safetensors'],
          ['pictures travel as', 'F32', 'F32', 'bytes (F32 where simulated to the letter)'],
        ],
      },
      {
        title: 'The paper’s devices as they are simulated',
        columns: [left('parameter'), right('value'), left('where from')],
        rows: arithmetic.device.map(({ name, origin, unit, value }) => [
          name,
          `${Number(value.toPrecision(3))} ${unit}`.trim(),
          origin,
        ]),
      },
    ],
  };
}
