import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeepThingsError } from '../../../errors.js';

/** Writes a file whole or not at all: a run may be killed at any moment. @throws DeepThingsError `DT_OUT_FILE` */
export function writeWhole(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  tryToWrite(folder, () => {
    writeFileSync(`${path}.part`, text);
    renameSync(`${path}.part`, path);
  });
}

/** @throws DeepThingsError `DT_OUT_FILE` with the folder's name when it throws. */
export function tryToWrite(folder: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new DeepThingsError('DT_OUT_FILE', `cannot write to ${folder}: ${(cause as Error).message}`, { cause });
  }
}
