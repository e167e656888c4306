import { spawnSync } from 'node:child_process';

/**
 * Says whether a program that a test needs is installed; without it that test is skipped.
 *
 * @throws Error where CI is set, as `.ci/run` sets it: there every program has to be installed.
 */
export function hasProgram(program: string, args: readonly string[] = ['-version']): boolean {
  const found = spawnSync(program, args).error === undefined;
  if (!found && (process.env.CI ?? '') !== '')
    throw new Error(`the tests need the program ${program}, which is not installed`);
  return found;
}
