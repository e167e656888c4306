import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { MEMORY_SETTINGS } from '../supervision/memory-settings.js';
import { EXIT_FAILED } from './terminal/exit-codes.js';

/** Set for a process that this one runs in its place: the id of this one. */
const RERUN_BY = 'DEEPTHINGS_RERUN_BY';

/** What ends a process, or tells it something; the rest is for the process that gets it. */
const PASSED_ON = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

/** What a signal gets to end this process. */
const ENDED_BY_SIGNAL_MS = 100;

/** `process.execve` of Node 22.15 and later: the same process goes on as another program. */
type Execve = (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never;

/** How this process was started, as `process` has it. */
export interface Startup {
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Whether a node's memory settings are missing: the first line of `main.js` and `deepthings up` set them, and
 * `node dist/server/cli/main.js`, which a service manager or a container may start, does not. Both can be set only before
 * a process starts. Not under a debugger, whose port the process has already.
 */
export function lacksMemorySettings({ execArgv, env }: Startup): boolean {
  const { environment, nodeArguments } = MEMORY_SETTINGS;
  if (execArgv.some((argument) => argument.startsWith('--inspect')) || env[RERUN_BY] !== undefined) return false;
  const hasAll =
    nodeArguments.every((argument) => execArgv.includes(argument)) &&
    Object.keys(environment).every((name) => env[name] !== undefined);
  return !hasAll;
}

/**
 * Runs this command line again with the memory settings: in this process where Node can replace its program, else in a
 * process of its own, whose signals, input, output and end are this one's.
 *
 * This process ends with it, and alike.
 */
export function rerunWithMemorySettings(): Promise<never> {
  const { environment, nodeArguments } = MEMORY_SETTINGS;
  const args = [...nodeArguments, ...process.execArgv, ...process.argv.slice(1)];
  const env = { ...environment, ...process.env, [RERUN_BY]: String(process.pid) };
  const { execve } = process as { execve?: Execve };
  if (execve !== undefined) execve(process.execPath, [process.argv0, ...args], env);
  return runAsThis(args, env);
}

async function runAsThis(args: readonly string[], env: NodeJS.ProcessEnv): Promise<never> {
  const child = spawn(process.execPath, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('error', () => resolve({ code: EXIT_FAILED, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  if (signal === null) process.exit(code ?? EXIT_FAILED);
  for (const passed of PASSED_ON) process.removeAllListeners(passed);
  process.kill(process.pid, signal);
  // As process 1 of a container this process is not ended by its own signals: shells say it so.
  return new Promise(() => setTimeout(() => process.exit(128 + constants.signals[signal]), ENDED_BY_SIGNAL_MS));
}

/**
 * Has this process end when the one that runs it in its place is gone, however that ended.
 *
 * @param end called once.
 */
export function endWithParent(end: () => void): void {
  if (process.env[RERUN_BY] !== String(process.ppid) || process.channel === undefined) return;
  process.once('disconnect', end);
  // The listener alone would keep nothing alive, and must not: the channel has no other use.
  process.channel.unref();
}
