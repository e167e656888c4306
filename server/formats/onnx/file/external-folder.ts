import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { DeepThingsError } from '../../../errors.js';
import type { ReadExternal } from './external-data.js';
import { readPart } from './read-part.js';

/**
 * A reader of files beside the model's. Links are followed, as far as they stay inside of the folder.
 *
 * @param folder of the model's file.
 * @param allocate makes the memory that a part is read into.
 */
export function externalFolder(
  folder: string,
  allocate: (length: number) => Uint8Array = (length) => new Uint8Array(length),
): ReadExternal {
  return async ({ location, offset, length }) => {
    const refuse = (fact: string, cause?: unknown) =>
      new DeepThingsError('DT_ONNX_EXTERNAL', `${join(folder, location)}, which the model names, ${fact}`, { cause });
    const path = await realpath(join(folder, location)).catch((cause: unknown) => {
      throw refuse("is not there; put it beside the model's file", cause);
    });
    const inside = relative(await realpath(folder), path);
    if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') {
      throw refuse(`is a link to ${path}, outside of the folder; put the file itself there`);
    }
    const about = await stat(path);
    if (!about.isFile()) throw refuse('is no file');
    if (about.size < offset + length) {
      throw refuse(`has ${about.size} bytes, where ${offset + length} are needed; copy it again`);
    }
    const file = await open(path, 'r');
    try {
      const bytes = allocate(length);
      if (!(await readPart(file, bytes, offset))) throw refuse('became shorter while it was read');
      return bytes;
    } finally {
      await file.close();
    }
  };
}
