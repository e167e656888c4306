import { performance } from 'node:perf_hooks';
import { ECHO_MS } from '../process-end.js';
import { EXIT_FAILED } from '../terminal/exit-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Being told to stop, by Ctrl-C or by a service manager. Told twice, the process ends at once. */
export class Interruption {
  /** Settles when it is told to stop. */
  readonly asked: Promise<void>;
  readonly #controller = new AbortController();
  readonly #insisted: () => void;
  #askedMs: number | null = null;

  /** @param insisted called before the process ends at once. */
  constructor(insisted: () => void) {
    this.#insisted = insisted;
    this.asked = new Promise((resolve) => {
      for (const signal of SIGNALS) {
        process.on(signal, () => {
          resolve();
          this.#told();
        });
      }
    });
  }

  /** Aborted when it is told to stop, or given up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends what waits for `signal` for another reason. */
  abandon(): void {
    this.#controller.abort();
  }

  #told(): void {
    const since = this.#askedMs;
    this.#askedMs ??= performance.now();
    this.#controller.abort();
    if (since === null || performance.now() - since < ECHO_MS) return;
    this.#insisted();
    process.exit(EXIT_FAILED);
  }
}
