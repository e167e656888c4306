/**
 * In which order things take their turns in one of several rounds, so that each comes after each other one equally often
 * (a Williams design: E. J. Williams, 1949): what one of them leaves behind, such as garbage to collect, does not always
 * meet the same one next.
 *
 * With an even number it is balanced after as many rounds as there are things, with an odd one after twice as many.
 *
 * @param round from 0.
 */
export function turnOrder<Thing>(things: readonly Thing[], round: number): readonly Thing[] {
  const count = things.length;
  // 0, n-1, 1, n-2, …: neighbours differ by another number each, modulo n.
  const zigzag = things.map((_, i) => (i % 2 === 0 ? i / 2 : count - (i + 1) / 2));
  const order = zigzag.map((place) => things[(place + round) % count]!);
  return count % 2 === 1 && Math.floor(round / count) % 2 === 1 ? order.reverse() : order;
}
