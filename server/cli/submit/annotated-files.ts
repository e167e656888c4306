import { mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { DeepThingsClient } from '../../../client/client.js';
import { DeepThingsError } from '../../errors.js';

/**
 * Where the picture with boxes of each image goes: one image to the named file, or into the named folder; several into
 * the named folder, which is made. The folder's files have the images' names, told apart by a number where two agree.
 *
 * @throws DeepThingsError `DT_USAGE` when it would be written over one of the images, or a folder cannot be made.
 */
export async function planAnnotatedFiles(images: readonly string[], out: string): Promise<readonly string[]> {
  const intoFolder = images.length > 1 || out.endsWith('/') || (await isFolder(out));
  const paths = intoFolder ? namesInFolder(images, out) : [out];
  await makeFolder('--out', intoFolder ? out : dirname(out));
  const originals = new Set(await Promise.all(images.map(truePath)));
  for (const path of paths) {
    if (!originals.has(await truePath(path))) continue;
    throw new DeepThingsError(
      'DT_USAGE',
      `--out would write over ${path}, which is to be looked at: name another place`,
    );
  }
  return paths;
}

/** Fetches a frame's picture with boxes and writes it. */
export async function writeAnnotated(client: DeepThingsClient, frame: string, path: string): Promise<void> {
  const { bytes } = await client.call('getFrameAnnotated', { path: { frame } });
  try {
    await writeFile(path, bytes);
  } catch (cause) {
    throw new DeepThingsError('DT_OUT_FILE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

function namesInFolder(images: readonly string[], folder: string): readonly string[] {
  const taken = new Set<string>();
  return images.map((image) => {
    const stem = basename(image, extname(image));
    let name = stem;
    for (let number = 2; taken.has(name); number++) name = `${stem}-${number}`;
    taken.add(name);
    return join(folder, `${name}.jpg`);
  });
}

/** @param option that names it. @throws DeepThingsError `DT_USAGE` when a folder cannot be made. */
export async function makeFolder(option: string, path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new DeepThingsError('DT_USAGE', `${option} cannot make the folder ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** With links followed, where the file is there. */
async function truePath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
