import { performance } from 'node:perf_hooks';
import type { Logger } from '../node/observe/logger.js';
import type { RunningNode } from '../node/running-node.js';
import { endWithParent } from './memory-rerun.js';
import { EXIT_FAILED } from './terminal/exit-codes.js';

/** What a node gets to end, once it has nothing left to finish or has given up on that. */
const STOP_LIMIT_MS = 1_500;

/** npm passes a Ctrl-C on that the terminal has sent already: what comes this soon is no second one. */
export const ECHO_MS = 300;

export interface ProcessEndOptions {
  /** Started by `deepthings up`, which passes Ctrl-C on itself and must not be outlived. */
  readonly supervised: boolean;
}

/** Ends a process that runs one node: when it is told to, or when it cannot go on. */
export class ProcessEnd {
  #node: RunningNode | null = null;
  #log: Logger | null = null;
  #endingSinceMs: number | null = null;

  constructor({ supervised }: ProcessEndOptions) {
    // All nodes of "deepthings up" end together: there is nobody to hand anything over to.
    process.on('SIGTERM', () => this.#asked(supervised ? 'at once' : 'drained'));
    process.on('SIGINT', () => {
      if (!supervised) this.#asked('drained');
    });
    if (!supervised) {
      // Only SIGKILL ends that process without reaching this one. It is meant for both: a successor may start at once.
      endWithParent(leaveAtOnce);
      return;
    }
    process.once('disconnect', () => void this.end(0));
    if (!process.connected) void this.end(0);
  }

  /** From here on the node is stopped before the process ends. */
  watch(node: RunningNode): void {
    this.#node = node;
    if (this.#endingSinceMs !== null) process.exit(0);
  }

  /** Where the end is told of, also when the reason is an error that nobody caught. */
  logTo(log: Logger): void {
    this.#log = log;
    process.once('uncaughtException', (error, origin) => {
      try {
        log.fatal({ err: error }, origin === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception');
      } finally {
        process.exit(EXIT_FAILED);
      }
    });
  }

  /**
   * Stops the node, within a bound, and ends the process.
   *
   * @param how `drained`: what the node has it finishes or hands over before that.
   */
  async end(exitCode: number, how: 'at once' | 'drained' = 'at once'): Promise<void> {
    if (this.#endingSinceMs !== null) return;
    this.#endingSinceMs = performance.now();
    this.#log?.info('stopping');
    if (how === 'drained') await this.#node?.drain().catch((error) => this.#log?.error({ err: error }, 'not drained'));
    setTimeout(leaveAtOnce, STOP_LIMIT_MS).unref();
    await this.#node?.stop().catch(() => {});
    process.exit(exitCode);
  }

  /** Asked again it leaves at once. */
  #asked(how: 'at once' | 'drained'): void {
    const since = this.#endingSinceMs;
    if (since === null) void this.end(0, how);
    else if (performance.now() - since > ECHO_MS) leaveAtOnce();
  }
}

/** `process.exit` waits for a thread that is in the middle of an inference, and cannot end it cleanly. */
function leaveAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}
