import { rename, writeFile } from 'node:fs/promises';

/** Writes a document in place of the last one; nobody reads half of it. @throws Error of the file system. */
export async function replaceJson(path: string, document: object): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, `${JSON.stringify(document)}\n`, { mode: 0o600 });
  await rename(draft, path);
}
