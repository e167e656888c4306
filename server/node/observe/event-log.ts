/** Something that happened, for those who watch: `id` is opaque, and unique in the cluster. */
export interface LoggedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/**
 * The latest events, in a ring of bounded length. Watchers read from where they are, at their own pace; one that has
 * fallen out of the ring is told to start anew.
 */
export class EventLog {
  readonly #epoch: string;
  readonly #limit: number;
  readonly #events: LoggedEvent[] = [];
  /** Number of the oldest event kept. */
  #first = 1;
  #wake: (() => void)[] = [];
  #closed = false;

  constructor(epoch: string, limit: number) {
    this.#epoch = epoch;
    this.#limit = limit;
  }

  publish(event: string, data: unknown): void {
    const number = this.#first + this.#events.length;
    this.#events.push({ id: `${this.#epoch}-${number}`, event, data });
    if (this.#events.length > this.#limit) {
      this.#events.shift();
      this.#first++;
    }
    this.#wakeAll();
  }

  close(): void {
    this.#closed = true;
    this.#wakeAll();
  }

  /**
   * Events from now on, or after `lastEventId`; a `reset` event first where what came after it is not known any more.
   * Ends when the log is closed or `signal` is aborted.
   *
   * @param names of the events that are wanted, besides `reset`; absent: all.
   */
  async *watch(
    lastEventId: string | null,
    signal: AbortSignal,
    names?: readonly string[],
  ): AsyncGenerator<LoggedEvent> {
    let next = this.#positionAfter(lastEventId);
    if (next === null) {
      next = this.#end;
      yield this.#reset(next);
    }
    signal.addEventListener('abort', () => this.#wakeAll(), { once: true });
    while (!this.#closed && !signal.aborted) {
      if (next < this.#first) {
        next = this.#end;
        yield this.#reset(next);
      } else if (next < this.#end) {
        const event = this.#events[next - this.#first]!;
        if (names === undefined || names.includes(event.event)) yield event;
        next++;
      } else {
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
    }
  }

  get #end(): number {
    return this.#first + this.#events.length;
  }

  #reset(next: number): LoggedEvent {
    return { id: `${this.#epoch}-${next - 1}`, event: 'reset', data: {} };
  }

  #positionAfter(lastEventId: string | null): number | null {
    if (lastEventId === null || lastEventId === '') return this.#end;
    const [epoch, number] = lastEventId.split('-');
    const next = Number(number) + 1;
    const known = epoch === this.#epoch && Number.isSafeInteger(next) && next >= this.#first && next <= this.#end;
    return known ? next : null;
  }

  #wakeAll(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}
