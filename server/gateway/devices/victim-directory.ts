import { EMPTY_RING, hintVictim, setPending, type VictimRing } from '../../scheduling/policy/victim-ring.js';

interface Waiter {
  readonly thief: string;
  readonly avoid: readonly string[];
  answer(victim: string | null): void;
}

/**
 * Where thieves ask for a victim. A request that finds none is held: when a device says that it has tasks, as many
 * thieves are woken as there are tasks, so that a new frame starts on all idle devices at once.
 */
export class VictimDirectory {
  #ring: VictimRing = EMPTY_RING;
  /** In the order in which they came; one for each thief. */
  readonly #waiting = new Map<string, Waiter>();
  /** Devices that get nothing. */
  readonly #barred = new Set<string>();

  /** What a device says that it has in its queue. */
  pending(device: string, count: number): void {
    this.#ring = setPending(this.#ring, device, this.#barred.has(device) ? 0 : count);
    for (const waiter of [...this.#waiting.values()]) {
      const victim = this.#hint(waiter.thief, waiter.avoid);
      if (victim !== null) waiter.answer(victim);
    }
  }

  /** Nobody is named to this device any more, nor is it named to anybody. */
  bar(device: string): void {
    this.#barred.add(device);
    this.pending(device, 0);
  }

  admit(device: string): void {
    this.#barred.delete(device);
  }

  /**
   * A victim for this thief, at once or within `waitMs`; null when there is none by then.
   *
   * @param avoid victims that do not answer this thief.
   */
  async askForVictim(
    thief: string,
    waitMs: number,
    signal: AbortSignal,
    avoid: readonly string[] = [],
  ): Promise<string | null> {
    this.#waiting.get(thief)?.answer(null);
    const victim = this.#hint(thief, avoid);
    if (victim !== null || waitMs === 0 || signal.aborted) return victim;
    return new Promise((resolve) => {
      const answer = (found: string | null) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        if (this.#waiting.get(thief) === waiter) this.#waiting.delete(thief);
        resolve(found);
      };
      const giveUp = () => answer(null);
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener('abort', giveUp, { once: true });
      const waiter: Waiter = { thief, avoid, answer };
      this.#waiting.set(thief, waiter);
    });
  }

  /** Answers everyone who waits: there is nothing to steal any more. */
  close(): void {
    for (const waiter of [...this.#waiting.values()]) waiter.answer(null);
  }

  #hint(thief: string, avoid: readonly string[]): string | null {
    if (this.#barred.has(thief)) return null;
    const { ring, victim } = hintVictim(this.#ring, thief, avoid);
    this.#ring = ring;
    return victim;
  }
}
