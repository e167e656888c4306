/**
 * The gateway's ring of devices that have tasks pending, from which thieves get their hints, round robin (paper
 * section IV.B.2). `estimate` is what the gateway believes is still there: what the device said last, less the hints
 * given since, so that no more thieves are sent than there are tasks.
 */
export interface VictimRing {
  readonly members: readonly RingMember[];
  /** The device that the last hint named: the search starts behind it. */
  readonly lastHinted: string | null;
}

export interface RingMember {
  readonly device: string;
  readonly estimate: number;
}

export const EMPTY_RING: VictimRing = Object.freeze({ members: Object.freeze([]), lastHinted: null });

/** What a device says it has pending: more than 0 puts it in the ring, 0 takes it out (register and cancel). */
export function setPending(ring: VictimRing, device: string, pending: number): VictimRing {
  const present = ring.members.some((member) => member.device === device);
  if (pending <= 0) {
    return present ? { ...ring, members: ring.members.filter((member) => member.device !== device) } : ring;
  }
  if (!present) return { ...ring, members: [...ring.members, { device, estimate: pending }] };
  const members = ring.members.map((member) => (member.device === device ? { device, estimate: pending } : member));
  return { ...ring, members };
}

/** Names a victim for a thief: the next in the ring that is not the thief itself. */
export function hintVictim(
  ring: VictimRing,
  thief: string,
): { readonly ring: VictimRing; readonly victim: string | null } {
  const { members } = ring;
  const last = members.findIndex((member) => member.device === ring.lastHinted);
  for (let step = 1; step <= members.length; step++) {
    const member = members[(last + step + members.length) % members.length]!;
    if (member.device === thief || member.estimate <= 0) continue;
    const lowered = members.map((other) =>
      other === member ? { device: other.device, estimate: other.estimate - 1 } : other,
    );
    return { ring: { members: lowered, lastHinted: member.device }, victim: member.device };
  }
  return { ring, victim: null };
}
