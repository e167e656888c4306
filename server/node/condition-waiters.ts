/** How a wait ended: it holds, the time is up, the one who waits is gone, or nothing is waited for any more. */
export type WaitEnd = 'holds' | 'late' | 'gone' | 'ended';

/** Requests that wait until something holds. */
export class ConditionWaiters {
  readonly #waiting = new Set<{ readonly look: () => void; readonly end: () => void }>();

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * @param holds asked now, and at each `look`.
   * @param gone aborted when the one who waits is gone.
   */
  wait(holds: () => boolean, ms: number, gone: AbortSignal): Promise<WaitEnd> {
    if (gone.aborted) return Promise.resolve('gone');
    if (holds()) return Promise.resolve('holds');
    return new Promise((resolve) => {
      const settle = (end: WaitEnd) => {
        clearTimeout(timer);
        gone.removeEventListener('abort', onGone);
        this.#waiting.delete(waiter);
        resolve(end);
      };
      const onGone = () => settle('gone');
      const timer = setTimeout(() => settle('late'), ms);
      gone.addEventListener('abort', onGone, { once: true });
      const look = () => {
        if (holds()) settle('holds');
      };
      const waiter = { look, end: () => settle('ended') };
      this.#waiting.add(waiter);
    });
  }

  /** What is waited for may hold now. */
  look(): void {
    for (const waiter of [...this.#waiting]) waiter.look();
  }

  /** Ends all waits. */
  end(): void {
    for (const waiter of [...this.#waiting]) waiter.end();
  }
}
