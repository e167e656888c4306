import { rename, writeFile } from 'node:fs/promises';

/** Replaces a JSON file atomically: readers see the old document or the new one. @throws Error of the file system. */
export async function replaceJson(path: string, document: object): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, `${JSON.stringify(document)}\n`, { mode: 0o600 });
  await rename(draft, path);
}
