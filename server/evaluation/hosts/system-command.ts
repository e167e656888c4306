import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DeepThingsError } from '../../errors.js';
import type { Command } from './host-plan.js';

/** Runs a command to its end. @returns what it printed. @throws DeepThingsError `DT_TESTBED` when it fails. */
export type RunCommand = (command: Command) => string;

const TIMEOUT_MS = 20_000;
/** Where administrators' programs are: `su` without a dash leaves them out of the path. */
const ADMINISTRATORS_FOLDERS = ['/usr/sbin', '/sbin'];

/** Where programs are looked for. */
export function systemPath(): string {
  return [...(process.env.PATH ?? '').split(delimiter), ...ADMINISTRATORS_FOLDERS]
    .filter((folder) => folder !== '')
    .join(':');
}

export function hasProgram(name: string): boolean {
  return systemPath()
    .split(':')
    .some((folder) => isExecutable(join(folder, name)));
}

/** In place, so that it also works while the process ends. */
export const runSystemCommand: RunCommand = ([program, ...args]) => {
  const env = { ...process.env, PATH: systemPath(), LC_ALL: 'C' };
  const { status, signal, stdout, stderr, error } = spawnSync(program!, args, {
    encoding: 'utf8',
    env,
    timeout: TIMEOUT_MS,
  });
  if (status === 0) return stdout;
  const reason = error?.message ?? (stderr.trim() || (signal ?? `exit code ${status}`));
  throw new DeepThingsError('DT_TESTBED', `"${[program, ...args].join(' ')}" failed: ${reason}`, { cause: error });
};

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
