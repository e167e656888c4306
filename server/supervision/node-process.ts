import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { MEMORY_SETTINGS } from './memory-settings.js';

// By the package's own name for it, so that it is found from compiled code and from tests alike.
const CLI = createRequire(import.meta.url).resolve('#cli');

/** How a process ended: with an exit code or by a signal; a message when it could not even be started. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly startError?: string;
}

export interface NodeProcess {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Settles when it listens; never when it does not come so far. */
  readonly started: Promise<void>;
  /** Settles when it is gone and all that it printed has been taken. */
  readonly ended: Promise<ProcessExit>;
  kill(signal: NodeJS.Signals): void;
}

/** How a node is started. */
export interface NodeStart {
  /** Its command line after the program's name. */
  readonly args: readonly string[];
  /** Given to it as it is here, so that every node runs what was checked, whatever becomes of the file. */
  readonly config: object;
  /** A command line that ends by becoming the process (`exec`), where it is to run elsewhere than here. */
  readonly within?: readonly string[];
  /** In place of this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Starts a `deepthings` of its own, with the memory settings of nodes. It has a channel to this process and ends when that
 * breaks, so that nothing is left over whatever happens here.
 */
export function spawnDeepThings({ args, config, within = [], env = process.env }: NodeStart): ChildProcess {
  const { environment, nodeArguments } = MEMORY_SETTINGS;
  const [command, ...rest] = [...within, process.execPath, ...nodeArguments, CLI, ...args, '--supervised'];
  const child: ChildProcess = spawn(command!, rest, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...environment, ...env },
  });
  // A process that is gone already is told of by its end.
  child.send(config, () => {});
  return child;
}

/** Starts one node as a process of its own, as `spawnDeepThings`. */
export function startNodeProcess(start: NodeStart, onOutput: (chunk: Buffer) => void): NodeProcess {
  const child = spawnDeepThings(start);
  child.stdout?.on('data', onOutput);
  child.stderr?.on('data', onOutput);
  const started = new Promise<void>((resolve) => {
    child.once('message', () => resolve());
  });
  const ended = new Promise<ProcessExit>((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, startError: error.message });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return { pid: child.pid, started, ended, kill: (signal) => void child.kill(signal) };
}

/** `exit code 1`, `ended by SIGKILL`. */
export function describeExit({ code, signal, startError }: ProcessExit): string {
  if (startError !== undefined) return `could not be started: ${startError}`;
  return signal === null ? `exit code ${code}` : `ended by ${signal}`;
}
