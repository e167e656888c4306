import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DeepThingsError } from '../errors.js';

/**
 * Writes a model's file. A file of that name is replaced at once: another process that reads it has the old one
 * or the new one.
 *
 * @param makeFolder makes the folders above it as well.
 * @throws DeepThingsError `DT_OUT_FILE`
 */
export function writeSyntheticModel(path: string, bytes: Uint8Array, { makeFolder = false } = {}): void {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    if (makeFolder) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(unfinished, bytes);
    renameSync(unfinished, path);
  } catch (cause) {
    rmSync(unfinished, { force: true });
    throw new DeepThingsError('DT_OUT_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
