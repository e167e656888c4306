// A command that starts the cluster of cluster.yaml and stays up until Ctrl-C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const END_LIMIT_MS = 2_000;
const PORTS = [8080, 8081, 8082, 8083];

/** Ends a process group at once, where there still is one. */
export function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

export class RunningStart {
  /** All that it has printed. */
  output = '';
  #child;
  #ended;

  /** Runs the command in a process group of its own, as a terminal does, and repeats what it prints. */
  constructor(command, { cwd, env }) {
    this.#child = spawn('bash', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#ended = once(this.#child, 'close');
    for (const stream of ['stdout', 'stderr']) {
      this.#child[stream].setEncoding('utf8').on('data', (text) => {
        this.output += text;
        process[stream].write(text);
      });
    }
  }

  /**
   * Waits until it has found the people in its sample photograph and says where the API is.
   *
   * @returns the milliseconds that took. Throws where it ends before, or takes longer than `limitMs`.
   */
  async untilReady(limitMs) {
    const startedAt = Date.now();
    while (!/\/docs/.test(this.output)) {
      if (this.#child.exitCode !== null) throw new Error(`it ended by itself with ${this.#child.exitCode}`);
      if (Date.now() - startedAt > limitMs) throw new Error(`no detections within ${limitMs} ms`);
      await sleep(50);
    }
    if (!/person/.test(this.output)) throw new Error('no person was found in the sample photograph');
    return Date.now() - startedAt;
  }

  /**
   * Does what a terminal does with Ctrl-C: the whole process group gets the signal.
   *
   * @returns the milliseconds until its end. Throws where that takes longer than two seconds, or a port stays taken.
   */
  async interrupt() {
    const endingAt = Date.now();
    process.kill(-this.#child.pid, 'SIGINT');
    await this.#ended;
    const tookMs = Date.now() - endingAt;
    for (const port of PORTS) {
      const taken = await fetch(`http://127.0.0.1:${port}/livez`).then(
        () => true,
        () => false,
      );
      if (taken) throw new Error(`port ${port} still answers after the end`);
    }
    if (tookMs > END_LIMIT_MS) throw new Error(`the end took ${tookMs} ms`);
    return tookMs;
  }

  /** Ends what is left of it at once. */
  kill() {
    killGroup(this.#child.pid);
  }
}
