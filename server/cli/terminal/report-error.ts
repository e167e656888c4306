import { CommanderError } from 'commander';
import { ConfigError } from '../../config/source/problem.js';
import { isUsersToCorrect } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import { EXIT_FAILED, EXIT_USAGE } from './exit-codes.js';
import { paint, plainLines, printNote } from './terminal.js';

/** What a person can do about errors of the system that have no message of ours. */
const SYSTEM_REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'this user may not do that: use another folder, or change its permissions',
  EDQUOT: 'this user may not store more: make room, or use another folder',
  EISDIR: 'that is a folder: name a file',
  EMFILE: 'too many files are open: raise the limit (ulimit -n)',
  ENOENT: 'there is no such file or folder: correct the path',
  ENOSPC: 'the disk is full: make room, or use another folder',
  ENOTDIR: 'a part of the path is no folder: correct the path',
  EPERM: 'this user may not do that: use another folder, or another user',
  EROFS: 'the file system is read-only: use another folder',
};

/**
 * Says on standard error what went wrong, without a stack: `DEEPTHINGS_DEBUG=1` shows that.
 *
 * @returns the exit code.
 */
export function reportError(error: unknown): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (process.env.DEEPTHINGS_DEBUG === '1') {
    printNote(plainLines(error instanceof Error ? withOrigin(error) : String(error)));
  } else if (error instanceof ConfigError) {
    printNote(`${errorMark()} the configuration cannot be used:\n${plainLines(error.message)}`);
  } else {
    printNote(`${errorMark()} ${plainLines(explainError(error))}`);
  }
  return exitCodeOf(error);
}

/** `error:`, red where colours are shown. */
export function errorMark(): string {
  return paint(process.stderr, ['red', 'bold'], 'error:');
}

function exitCodeOf(error: unknown): number {
  return error instanceof DeepThingsError && isUsersToCorrect(error.code) ? EXIT_USAGE : EXIT_FAILED;
}

/** One line for what was not expected: an error of the system with its remedy, else where to tell of the mistake. */
function explainError(error: unknown): string {
  if (error instanceof DeepThingsError) return error.message;
  const { code = '', message = String(error) } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  const [line = ''] = message.split('\n');
  const remedy = Object.hasOwn(SYSTEM_REMEDIES, code) ? SYSTEM_REMEDIES[code] : undefined;
  if (remedy !== undefined) return `${line}: ${remedy}`;
  return `unexpected: ${line} (a mistake in DeepThings, or of this machine; DEEPTHINGS_DEBUG=1 shows where it came from)`;
}

function withOrigin(error: Error): string {
  const cause = error.cause === undefined ? '' : `\ncaused by ${(error.cause as Error)?.stack ?? String(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
