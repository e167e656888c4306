import { readFileSync } from 'node:fs';

/** What Node puts in the place of bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * The path that an argument names, as bytes where Node could not keep them: a name in Latin-1 comes as "caf\ufffd.jpg". Linux
 * has the arguments as they were given.
 */
export function pathArgument(argument: string): string | Buffer {
  if (!argument.includes(REPLACEMENT)) return argument;
  try {
    return findArgument(readFileSync('/proc/self/cmdline'), argument) ?? argument;
  } catch {
    return argument;
  }
}

/** @param line arguments, each with a zero behind it. */
export function findArgument(line: Buffer, argument: string): Buffer | null {
  let start = 0;
  for (let end = line.indexOf(0); end !== -1; end = line.indexOf(0, start)) {
    const bytes = line.subarray(start, end);
    if (bytes.toString('utf8') === argument) return bytes;
    start = end + 1;
  }
  return null;
}
