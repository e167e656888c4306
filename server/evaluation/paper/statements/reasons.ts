/** Why ours may differ, where several figures have it in common. */

export const SAME_SUM = 'Arithmetic on the same definition: input and output of the largest layer, and all weights.';

export const U8 = 'Pictures are counted with four bytes a value, as in the paper; ours travel with one.';

export const ORDER =
  'Ours reuses any side of a tile and chooses tiles by what is there; the paper reuses all four sides or none.';

export const DEVICE = 'Time of another device. On the paper’s, simulated, it tests how well two equations describe it.';
