import { readFile } from 'node:fs/promises';
import { DeepThingsError } from '../../errors.js';

/** @param option that names the file. @throws DeepThingsError `DT_USAGE` when it cannot be read or is no JSON. */
export async function readJsonFile(option: string, file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    throw new DeepThingsError('DT_USAGE', `${option} ${file}: ${why}`, { cause });
  }
}
