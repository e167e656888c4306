/** How far a member's block is from what the gateway computed. */
export interface MemberDeviation {
  readonly device: string;
  /** As a share of the largest value. */
  readonly deviation: number;
}

export type GangBlame =
  | { readonly kind: 'right' }
  /** It computed the frame alone, so that nothing of others is in its values. */
  | { readonly kind: 'proven'; readonly wrong: MemberDeviation }
  /** Values that others computed are in each block by way of strips: one of these members, or one that sent them wrong strips. */
  | { readonly kind: 'suspected'; readonly members: readonly MemberDeviation[] };

/**
 * Finds out by whose fault the blocks of a gang are wrong. Strips take a wrong value from a member to its neighbours, and on from stage to
 * stage; a member may also send wrong strips of a right block. So blame is proven only of a gang of one.
 *
 * @param members by number.
 * @returns the members that differ by more than the tolerance, the farthest first.
 */
export function gangBlame(members: readonly MemberDeviation[], tolerance: number): GangBlame {
  // Not a number is no deviation within the tolerance either.
  const wrong = members.filter(({ deviation }) => !(deviation <= tolerance)).sort((a, b) => b.deviation - a.deviation);
  if (wrong.length === 0) return { kind: 'right' };
  return members.length === 1 ? { kind: 'proven', wrong: wrong[0]! } : { kind: 'suspected', members: wrong };
}
