import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { normaliseOnnx } from '../engine/onnxruntime/onnx-normalisation.js';
import { DeepThingsError } from '../errors.js';
import { externalFolder } from '../formats/onnx/file/external-folder.js';
import { readPart } from '../formats/onnx/file/read-part.js';
import type { PictureSize } from '../formats/onnx/fix-inputs.js';
import { type ImportedModel, importOnnx } from '../formats/onnx/import-onnx.js';
import { ReleasableMemory } from './releasable-memory.js';

/** The importer takes no more. */
const MOST_BYTES = 2 ** 30;

/** Tells whether a name on the command line is the path of an ONNX file. */
export function isOnnxPath(name: string | undefined): name is string {
  return name !== undefined && extname(name).toLowerCase() === '.onnx';
}

export interface OnnxFileOptions {
  /** Of the graph; the file's when absent. */
  readonly name?: string | undefined;
  /** Of the picture, where the file leaves it open. */
  readonly size?: Partial<PictureSize> | undefined;
}

export interface ReadOnnxFile extends ImportedModel {
  /** SHA-256, hex, of the file and of the files that it refers to. */
  readonly digest: string;
}

/**
 * Reads and imports an ONNX file.
 *
 * @throws DeepThingsError `DT_ONNX_FILE` when it cannot be read, and as `importOnnx`.
 */
export async function readOnnxFile(
  path: string,
  { name = basename(path), size = {} }: OnnxFileOptions = {},
): Promise<ReadOnnxFile> {
  const memory = new ReleasableMemory();
  const bytes = await readBounded(path, memory);
  const hash = createHash('sha256').update(bytes);
  const external = externalFolder(dirname(path), (length) => memory.allocate(length));
  const imported = await importOnnx(bytes, {
    ...{ name, normalise: normaliseOnnx, size },
    readExternal: async (...wanted) => {
      const data = await external(...wanted);
      hash.update(data);
      return data;
    },
    release: () => memory.release(),
  });
  return { ...imported, digest: hash.digest('hex') };
}

async function readBounded(path: string, memory: ReleasableMemory): Promise<Uint8Array> {
  const unreadable = (cause: unknown) => {
    throw new DeepThingsError('DT_ONNX_FILE', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  };
  const file = await open(path).catch(unreadable);
  try {
    const { size } = await file.stat();
    if (size > MOST_BYTES)
      throw new DeepThingsError('DT_ONNX_FILE', `${path} is larger than 1 GiB, which is more than is read`);
    const bytes = memory.allocate(size);
    const isWhole = await readPart(file, bytes, 0).catch(unreadable);
    return isWhole ? bytes : unreadable(new Error('it became shorter while it was read'));
  } finally {
    await file.close();
  }
}
