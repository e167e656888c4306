import { type ChildProcess, spawn } from 'node:child_process';
import { systemPath } from './system-command.js';

/** It ends once its input does, as it does when this process ends. */
const WORK = `
const values = new Float64Array(4096).fill(1);
process.stdin.on('end', () => process.exit()).resume();
function work() {
  const untilMs = Date.now() + 20;
  while (Date.now() < untilMs) for (let i = 0; i < values.length; i++) values[i] = values[i] * 0.999 + 0.001;
  setImmediate(work);
}
work();`;

/**
 * Processes that keep the machine's cores busy with work that gives way to all other processes (`SCHED_IDLE`). Where two cores share a
 * processor's units, one computes faster while the other rests; with fillers a core is about as fast when one host computes as when all do, as
 * devices are that have a processor each.
 */
export class CoreFillers {
  readonly #processes: readonly ChildProcess[];

  /** Of the processes that run. */
  get pids(): readonly number[] {
    const running = this.#processes.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    return running.map(({ pid }) => pid!);
  }

  /** @param cores a filler for each. */
  constructor(cores: number) {
    const command = ['--idle', '0', process.execPath, '-e', WORK];
    this.#processes = Array.from({ length: cores }, () => {
      return spawn('chrt', command, { stdio: ['pipe', 'ignore', 'ignore'], env: { PATH: systemPath() } });
    });
  }

  stop(): void {
    for (const child of this.#processes) child.kill('SIGKILL');
  }
}
