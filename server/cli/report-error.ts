import { CommanderError } from 'commander';
import { ConfigError } from '../config/problem.js';
import { DeepThingsError } from '../errors.js';
import { EXIT_FAILED, EXIT_USAGE } from './exit-codes.js';
import { paint, printNote } from './terminal.js';

/** Codes of what the user can mend in the command line, the environment, cluster.yaml or the files it names. */
const USAGE_CODES =
  /^DT_(USAGE|CONFIG|TOKEN|DEVICE_UNKNOWN|MODEL|CFG|WEIGHTS|LABELS|LAYER|PLAN|GRID|STORE_PATH|TLS)(_|$)/;

/**
 * Says on standard error what went wrong: the message of an error that was raised on purpose; of any other one also
 * where it came from, since that is a bug. `DEEPTHINGS_DEBUG=1` shows that of all.
 *
 * @returns the exit code.
 */
export function reportError(error: unknown): number {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (process.env.DEEPTHINGS_DEBUG === '1' || !(error instanceof DeepThingsError)) {
    printNote(error instanceof Error ? describeBug(error) : String(error));
    return exitCodeOf(error);
  }
  if (error instanceof ConfigError) printNote(`${errorMark()} the configuration cannot be used:\n${error.message}`);
  else printNote(`${errorMark()} ${error.message}`);
  return exitCodeOf(error);
}

/** `error:`, red where colours are shown. */
export function errorMark(): string {
  return paint(process.stderr, ['red', 'bold'], 'error:');
}

function exitCodeOf(error: unknown): number {
  return error instanceof DeepThingsError && USAGE_CODES.test(error.code) ? EXIT_USAGE : EXIT_FAILED;
}

function describeBug(error: Error): string {
  const cause = error.cause === undefined ? '' : `\ncaused by ${(error.cause as Error)?.stack ?? String(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
