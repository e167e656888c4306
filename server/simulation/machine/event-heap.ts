/** What is to happen, soonest first. */
export interface Timed {
  readonly atMs: number;
  /** Of one instant: lower ones first, */
  readonly phase: number;
  /** then in the order in which they were put in. */
  readonly number: number;
}

/** A binary heap. */
export class EventHeap<Event extends Timed> {
  readonly #events: Event[] = [];

  get size(): number {
    return this.#events.length;
  }

  push(event: Event): void {
    const events = this.#events;
    let index = events.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isSooner(event, events[parent]!)) break;
      events[index] = events[parent]!;
      index = parent;
    }
    events[index] = event;
  }

  pop(): Event | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (last === undefined || events.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && isSooner(events[child + 1]!, events[child]!)) child++;
      if (!isSooner(events[child]!, last)) break;
      events[index] = events[child]!;
      index = child;
    }
    events[index] = last;
    return first;
  }
}

function isSooner(a: Timed, b: Timed): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.phase === b.phase ? a.number < b.number : a.phase < b.phase;
}
