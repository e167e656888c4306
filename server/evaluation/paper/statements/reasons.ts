/** Why ours may differ, where several figures have it in common. */

export const SAME_SUM = 'Arithmetic on the same definition: input and output of the largest layer, and all weights.';

export const U8 = 'Pictures are counted with four bytes a value, as in the paper; ours travel with one.';

export const ORDER =
  'Simulated: strips of every tile cross the shared WLAN to the gateway. Measured: any side of a tile is reused, tiles are chosen ' +
  'by what is there, and strips are fetched from their device only where that is worth it.';

export const DEVICE = 'Time of another device. On the paper’s, simulated, it tests how well two equations describe it.';
