/**
 * The gateway's ring of devices that have tasks pending, from which thieves get their hints, round robin (paper
 * section IV.B.2). `estimate` is what the gateway believes is still there: what the device said last, less the hints
 * given since, so that no more thieves are sent than there are tasks.
 */
export interface VictimRing {
  /**
   * Next in turn first. Who is named goes to the end, and so does who joins: a device that waits for its turn gets it
   * before any other gets a second one, however many come and go meanwhile.
   */
  readonly members: readonly RingMember[];
}

export interface RingMember {
  readonly device: string;
  readonly estimate: number;
}

export const EMPTY_RING: VictimRing = Object.freeze({ members: Object.freeze([]) });

/** What a device says it has pending: more than 0 puts it in the ring, 0 takes it out (register and cancel). */
export function setPending(ring: VictimRing, device: string, pending: number): VictimRing {
  const present = ring.members.some((member) => member.device === device);
  if (pending <= 0) return present ? { members: ring.members.filter((member) => member.device !== device) } : ring;
  const said = { device, estimate: pending };
  if (!present) return { members: [...ring.members, said] };
  return { members: ring.members.map((member) => (member.device === device ? said : member)) };
}

/**
 * Names a victim for a thief: the next in the ring that is not the thief itself.
 *
 * @param avoid devices that the thief does not ask for now.
 */
export function hintVictim(
  ring: VictimRing,
  thief: string,
  avoid: readonly string[] = [],
): { readonly ring: VictimRing; readonly victim: string | null } {
  const named = ring.members.find(
    ({ device, estimate }) => device !== thief && estimate > 0 && !avoid.includes(device),
  );
  if (named === undefined) return { ring, victim: null };
  const others = ring.members.filter((member) => member !== named);
  const lowered = { device: named.device, estimate: named.estimate - 1 };
  return { ring: { members: [...others, lowered] }, victim: named.device };
}
