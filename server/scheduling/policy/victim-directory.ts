import { EMPTY_RING, hintVictim, setPending, type VictimRing } from './victim-ring.js';

export interface VictimRequest {
  readonly thief: string;
  /** How long the thief waits for a victim; 0 when it does not. */
  readonly waitMs: number;
  /** Victims that do not answer this thief. */
  readonly avoid?: readonly string[];
}

interface Waiter {
  readonly request: VictimRequest;
  /** Told the victim; null when there is none. */
  readonly answer: (victim: string | null) => void;
}

/** Runs something after a time, unless it is taken back. */
export type Later = (ms: number, run: () => void) => () => void;

/**
 * Where thieves ask for a victim. A request that finds none is held: when a device says that it has tasks, as many
 * thieves are woken as there are tasks, so that a new frame starts on all idle devices at once.
 */
export class VictimDirectory {
  readonly #later: Later;
  #ring: VictimRing = EMPTY_RING;
  /** By thief, in the order in which they came; one for each thief. */
  readonly #waiting = new Map<string, Waiter>();
  /** Devices that get nothing. */
  readonly #barred = new Set<string>();

  constructor(later: Later) {
    this.#later = later;
  }

  /** What a device says that it has in its queue. */
  pending(device: string, count: number): void {
    this.#ring = setPending(this.#ring, device, this.#barred.has(device) ? 0 : count);
    for (const { answer, request } of [...this.#waiting.values()]) {
      if (this.#ring.members.every(({ estimate }) => estimate === 0)) return;
      const victim = this.#hint(request);
      if (victim !== null) answer(victim);
    }
  }

  /** No victim is named to this device any more, nor is it named to others. */
  bar(device: string): void {
    this.#barred.add(device);
    this.pending(device, 0);
  }

  admit(device: string): void {
    this.#barred.delete(device);
  }

  /** Has the thief told a victim, at once or within its time; null when there is none by then. An earlier request of it is answered. */
  ask(request: VictimRequest, hear: Waiter['answer']): void {
    const { thief, waitMs } = request;
    this.hangUp(thief);
    const victim = this.#hint(request);
    if (victim !== null || waitMs === 0) {
      hear(victim);
      return;
    }
    const answer = (found: string | null) => {
      cancel();
      this.#waiting.delete(thief);
      hear(found);
    };
    const cancel = this.#later(waitMs, () => answer(null));
    this.#waiting.set(thief, { request, answer });
  }

  /** The thief waits no longer. */
  hangUp(thief: string): void {
    this.#waiting.get(thief)?.answer(null);
  }

  /** Answers all who wait: there is nothing to steal any more. */
  close(): void {
    for (const { answer } of [...this.#waiting.values()]) answer(null);
  }

  #hint({ avoid, thief }: VictimRequest): string | null {
    if (this.#barred.has(thief)) return null;
    const { ring, victim } = hintVictim(this.#ring, thief, avoid);
    this.#ring = ring;
    return victim;
  }
}
