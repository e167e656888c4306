import { performance } from 'node:perf_hooks';

/** What planning does, in this order. */
export const PLANNING_STEPS = ['the model', 'the cut into tiles', 'the stages of gangs'] as const;

/** Planning that takes no longer says nothing. */
const QUICK_MS = 1_000;

/** Says after each step of planning how far it is, once it has taken more than a second. */
export class PlanningProgress {
  readonly #say: (text: string) => void;
  readonly #now: () => number;
  readonly #startedMs: number;
  #done = 0;

  /**
   * Planning starts here.
   *
   * @param now in milliseconds.
   */
  constructor(say: (text: string) => void, now = () => performance.now()) {
    this.#say = say;
    this.#now = now;
    this.#startedMs = now();
  }

  stepDone(): void {
    const next = PLANNING_STEPS[++this.#done];
    const ms = this.#now() - this.#startedMs;
    if (ms <= QUICK_MS) return;
    const steps = `planning: ${this.#done} of ${PLANNING_STEPS.length} steps done after ${(ms / 1000).toFixed(1)} s`;
    this.#say(next === undefined ? steps : `${steps}, next is ${next}`);
  }
}
