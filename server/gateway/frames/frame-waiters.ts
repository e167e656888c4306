import type { Schemas } from '../../../client/client.js';

type Settle = (ended: Schemas['Frame'] | null) => void;

/** Those who wait for frames to end. */
export class FrameWaiters {
  readonly #waiting = new Map<string, Set<Settle>>();

  /** The frame when it has ended; null when `ms` have passed before, or when the signal is aborted. */
  wait(id: string, ms: number, signal: AbortSignal): Promise<Schemas['Frame'] | null> {
    if (signal.aborted) return Promise.resolve(null);
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting);
    return new Promise((resolve) => {
      const settle: Settle = (ended) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        waiting.delete(settle);
        resolve(ended);
      };
      const giveUp = () => settle(null);
      const timer = setTimeout(giveUp, ms);
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.add(settle);
    });
  }

  ended(frame: Schemas['Frame']): void {
    for (const settle of this.#waiting.get(frame.id) ?? []) settle(frame);
    this.#waiting.delete(frame.id);
  }
}
