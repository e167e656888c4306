import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { DeepThingsError } from '../../errors.js';
import { printLine, printNote } from '../terminal/terminal.js';

export interface TokenOptions {
  /** Where to write it; without it, it is printed. */
  readonly file?: string;
}

/** 32 characters of 6 bits each. */
const RANDOM_BYTES = 24;

/**
 * `deepthings token`: makes a token.
 *
 * @throws DeepThingsError `DT_USAGE` when the file is there already or cannot be written.
 */
export async function runToken({ file }: TokenOptions): Promise<void> {
  const token = randomBytes(RANDOM_BYTES).toString('base64url');
  if (file === undefined) {
    printLine(token);
    return;
  }
  try {
    writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const what = code === 'EEXIST' ? 'it is there already: name another file' : message;
    throw new DeepThingsError('DT_USAGE', `cannot write ${file}: ${what}`, { cause });
  }
  printNote(`Written to ${file}, for you alone to read. Start each node with DEEPTHINGS_TOKEN_FILE=${file}`);
}
