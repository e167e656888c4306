import { EMPTY_RING, hintVictim, setPending, type VictimRing } from '../../scheduling/policy/victim-ring.js';
import type { Kernel, Suspension } from '../machine/kernel.js';

/** Where thieves ask for a victim, and are held while there is none. */
export class VictimDirectory {
  readonly #kernel: Kernel;
  #ring: VictimRing = EMPTY_RING;
  readonly #waiting = new Map<string, (victim: string | null) => void>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  pending(device: string, count: number): void {
    const before = this.#ring;
    this.#ring = setPending(before, device, count);
    // Nobody who waits can be helped by a ring that is empty.
    if (this.#ring.members.length === 0) return;
    for (const [thief, answer] of [...this.#waiting]) {
      const victim = this.#hint(thief);
      if (victim !== null) answer(victim);
      else if (this.#ring.members.every(({ estimate }) => estimate === 0)) return;
    }
  }

  ask(thief: string, waitMs: number): Suspension<string | null> {
    return (wake) => {
      this.#waiting.get(thief)?.(null);
      const victim = this.#hint(thief);
      if (victim !== null || waitMs === 0) {
        wake(victim);
        return;
      }
      const answer = (found: string | null) => {
        cancel();
        if (this.#waiting.get(thief) === answer) this.#waiting.delete(thief);
        wake(found);
      };
      const cancel = this.#kernel.at(this.#kernel.nowMs + waitMs, () => answer(null));
      this.#waiting.set(thief, answer);
    };
  }

  /** The thief has work of its own and hangs up. */
  hangUp(thief: string): void {
    this.#waiting.get(thief)?.(null);
  }

  #hint(thief: string): string | null {
    const { ring, victim } = hintVictim(this.#ring, thief);
    this.#ring = ring;
    return victim;
  }
}
