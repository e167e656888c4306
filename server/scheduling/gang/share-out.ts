/** Rounds of the search for the least time; each halves what is not known of it. */
const ROUNDS = 16;
/** A time that is as much above the least one is good enough. */
const NEAR = 1.005;
/** Rounds in which boundaries are moved between two neighbours. */
const BALANCING = 2;

/** The time of a member for a band of rows, in ms. It does not fall when the band gets longer. */
export type BandMs = (member: number, from: number, to: number) => number;

/**
 * Shares rows out to the members of a gang, in their order, so that the slowest member is done as early as it can be. Each gets a step
 * at least.
 *
 * @param steps that are shared out; at least as many as there are members.
 * @returns the boundaries of the bands: 0, then one after each member, the last is `steps`.
 */
export function shareOut(members: number, steps: number, bandMs: BandMs): readonly number[] {
  const equal = Array.from({ length: members + 1 }, (_, i) => Math.round((steps * i) / members));
  let best: readonly number[] = equal;
  let most = slowestMs(equal, bandMs);
  let least = 0;
  for (let round = 0; round < ROUNDS && most > least * NEAR; round++) {
    const limit = (least + most) / 2;
    const found = within(limit, members, steps, bandMs);
    if (found === null) least = limit;
    else [best, most] = [found, Math.min(limit, slowestMs(found, bandMs))];
  }
  return balanced(best, bandMs);
}

/** Returns the time of the slowest member. */
export function slowestMs(boundaries: readonly number[], bandMs: BandMs): number {
  return Math.max(...boundaries.slice(1).map((to, member) => bandMs(member, boundaries[member]!, to)));
}

/** Gives each member as many rows as it can do in the time; null when some are left. */
function within(limitMs: number, members: number, steps: number, bandMs: BandMs): readonly number[] | null {
  const boundaries = [0];
  for (let member = 0; member < members; member++) {
    const from = boundaries[member]!;
    // Each of those that follow gets a step.
    const last = steps - (members - 1 - member);
    const to = furthest(from, last, (at) => bandMs(member, from, at) <= limitMs);
    if (to === from) return null;
    boundaries.push(to);
  }
  return boundaries[members] === steps ? boundaries : null;
}

/** The last place up to `last` at which something still holds, as it does at `from` and at no place behind. */
function furthest(from: number, last: number, holds: (at: number) => boolean): number {
  let [low, high] = [from, last];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The search fills up the first members, and leaves the last one little: evens out neighbours, which slows neither down. */
function balanced(boundaries: readonly number[], bandMs: BandMs): readonly number[] {
  const now = [...boundaries];
  for (let round = 0; round < BALANCING; round++) {
    for (let right = now.length - 2; right > 0; right--) {
      const [from, at, to] = [now[right - 1]!, now[right]!, now[right + 1]!];
      const slower = (boundary: number) => Math.max(bandMs(right - 1, from, boundary), bandMs(right, boundary, to));
      const even = furthest(from + 1, to - 1, (middle) => bandMs(right - 1, from, middle) <= bandMs(right, middle, to));
      if (slower(even) < slower(at)) now[right] = even;
    }
  }
  return now;
}
