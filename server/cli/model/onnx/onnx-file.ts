import { open } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { normaliseOnnx } from '../../../engine/onnxruntime/onnx-normalisation.js';
import { DeepThingsError } from '../../../errors.js';
import { externalFolder } from '../../../formats/onnx/file/external-folder.js';
import { type ImportedModel, importOnnx } from '../../../formats/onnx/import-onnx.js';

/** The importer takes no more. */
const MOST_BYTES = 2 ** 30;

export interface OnnxFileOptions {
  /** Of the picture, where the file leaves it open, such as `640` or `640x480` (width x height). */
  readonly size?: string;
}

/** Tells whether a name on the command line is the path of an ONNX file. */
export function isOnnxPath(name: string | undefined): name is string {
  return name !== undefined && extname(name).toLowerCase() === '.onnx';
}

/**
 * Reads and imports an ONNX file.
 *
 * @throws DeepThingsError `DT_ONNX_FILE` when it cannot be read, `DT_USAGE` for a size that is none, and as `importOnnx`.
 */
export async function readOnnxFile(path: string, { size }: OnnxFileOptions): Promise<ImportedModel> {
  const bytes = await readBounded(path);
  return importOnnx(bytes, {
    name: basename(path),
    normalise: normaliseOnnx,
    readExternal: externalFolder(dirname(path)),
    ...(size !== undefined && { size: parseSize(size) }),
  });
}

/** Width and height in pixels, of `640` or `640x480`. */
export function parseSize(text: string): { width: number; height: number } {
  const [, width, height = width] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  if (width !== undefined) return { width: Number(width), height: Number(height) };
  throw new DeepThingsError('DT_USAGE', `--size must be pixels, such as 608 or 608x416, and is ${text}`);
}

async function readBounded(path: string): Promise<Uint8Array> {
  const unreadable = (cause: unknown) => {
    throw new DeepThingsError('DT_ONNX_FILE', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  };
  const file = await open(path).catch(unreadable);
  try {
    const { size } = await file.stat();
    if (size > MOST_BYTES)
      throw new DeepThingsError('DT_ONNX_FILE', `${path} is larger than 1 GiB, which is more than is read`);
    return await file.readFile().catch(unreadable);
  } finally {
    await file.close();
  }
}
