import { type Command, InvalidArgumentError } from 'commander';
import { expandHome } from '../model/files/home-folder.js';

/** Tags that a frame may have. */
const MOST_TAGS = 8;

/** Reads a number between two others, as an option's value. */
function numberWithin(least: number, most: number, what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected ${what} from ${least} to ${most}.`);
  };
}

/** Reads a path: `~` at its beginning is the home folder, also where no shell has put it in (`--ca=~/ca.crt`, systemd). */
export function path(text: string): string {
  return expandHome(text, process.env);
}

export const secondsToWait = numberWithin(0, 300, 'seconds');
export const secondsBetween = numberWithin(0.05, 86_400, 'seconds');
export const secondsOfSilence = numberWithin(1, 86_400, 'seconds');
export const score = numberWithin(0, 1, 'a score');
export const picturesASecond = numberWithin(0.01, 60, 'pictures a second');

export function count(text: string): number {
  const value = numberWithin(1, 64, 'a whole number')(text);
  if (Number.isInteger(value)) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 64.');
}

export function milliseconds(text: string): number {
  const value = numberWithin(1, 600_000, 'whole milliseconds')(text);
  if (Number.isInteger(value)) return value;
  throw new InvalidArgumentError('Expected whole milliseconds from 1 to 600000.');
}

/** Reads a camera's name, as the cluster takes it. */
export function cameraId(text: string): string {
  if (/^[A-Za-z0-9._-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected up to 64 letters, digits, ".", "_" and "-".');
}

/** Reads one more tag of pictures, as the cluster takes it. */
export function oneMoreTag(text: string, before: readonly string[] = []): string[] {
  if (!/^[A-Za-z0-9._:-]{1,32}$/.test(text)) {
    throw new InvalidArgumentError('Expected up to 32 letters, digits, ".", "_", ":" and "-".');
  }
  if (before.includes(text)) throw new InvalidArgumentError('It is given twice.');
  if (before.length >= MOST_TAGS) throw new InvalidArgumentError(`Expected at most ${MOST_TAGS} tags.`);
  return [...before, text];
}

/** What every command takes that asks a running gateway; `openGateway` reads it. */
export function addGatewayOptions(command: Command): void {
  command
    .option('--gateway <url>', 'the gateway, in place of the one in cluster.yaml')
    .option('--ca <file>', 'of an https gateway: the authority that signed its certificate', path)
    .option('--cert <file>', 'the certificate to show to it, where it asks for one', path)
    .option('--key <file>', "the certificate's key, unless it is in the same file", path);
}
