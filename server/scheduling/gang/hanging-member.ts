/** The strips that one member sends another one after a stage. */
export interface LackingStrips {
  /** The member that is to send them. */
  readonly from: number;
  readonly stage: number;
}

/** How far a member is with its block, by its own word. */
export interface BlockProgress {
  /** The stage that it computes, or waits to begin; it has computed those before. */
  readonly stage: number;
  /** Strips that it waits for; none while it computes. */
  readonly lacks: readonly LackingStrips[];
}

/** What is known of a member of a gang that is late. */
export interface MemberReport {
  /** Whether its result has come. */
  readonly isDone: boolean;
  /** Null when it has said nothing of this block. */
  readonly progress: BlockProgress | null;
  /** Since its device was heard of last. */
  readonly silentMs: number;
}

/**
 * Finds the member that a late gang waits for: one that the others wait for, through each other, while it waits for none itself. A member
 * waits in vain for strips that the sender says it has computed: these are on their way, or the word is old. Members that have been silent
 * for longer than devices are between two heartbeats are looked at first.
 *
 * @param members by number; at least one is not done.
 * @param silentMs devices that live are heard of within this time.
 * @param turn decides between members of which the same is known: another one for each failed gang.
 */
export function hangingMember(members: readonly MemberReport[], silentMs: number, turn: number): number {
  const open = [...members.keys()].filter((member) => !members[member]!.isDone);
  const waitsFor = members.map((report) => sendersOf(report, members));
  const waiters = new Map(open.map((member) => [member, waitersOf(member, open, waitsFor)]));
  const silent = open.filter((member) => members[member]!.silentMs > silentMs);
  const sinks = open.filter((member) => waitsFor[member]!.size === 0);
  const suspects = [silent, sinks, open].find((some) => some.length > 0)!;
  const most = Math.max(...suspects.map((member) => waiters.get(member)!));
  const likely = suspects.filter((member) => waiters.get(member) === most);
  return likely[turn % likely.length]!;
}

/** The members that have yet to compute strips that a member lacks. */
function sendersOf({ isDone, progress }: MemberReport, members: readonly MemberReport[]): ReadonlySet<number> {
  if (isDone || progress === null) return new Set();
  const lacking = progress.lacks.filter(({ from, stage }) => {
    const sender = members[from];
    return sender !== undefined && !sender.isDone && (sender.progress?.stage ?? 0) <= stage;
  });
  return new Set(lacking.map(({ from }) => from));
}

/** How many members wait for one, also through others. */
function waitersOf(member: number, open: readonly number[], waitsFor: readonly ReadonlySet<number>[]): number {
  const found = new Set([member]);
  for (let grown = 0; grown < found.size; ) {
    grown = found.size;
    for (const other of open) if ([...waitsFor[other]!].some((sender) => found.has(sender))) found.add(other);
  }
  return found.size - 1;
}
