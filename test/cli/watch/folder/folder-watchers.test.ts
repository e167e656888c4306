import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scanFolder } from '../../../../server/cli/watch/folder/folder-scan.js';
import { FolderWatchers, MOST_WATCHED_FOLDERS } from '../../../../server/cli/watch/folder/folder-watchers.js';
import { temporaryFolder } from '../../running-cli.js';

test('more folders than the system should watch are said once, and the newest are watched', async () => {
  const folder = temporaryFolder();
  for (let day = 0; day < MOST_WATCHED_FOLDERS + 4; day++) mkdirSync(join(folder, `${day}`));
  const said: string[] = [];
  let onChange = (): void => {};
  const changed = new Promise<void>((resolve) => {
    onChange = resolve;
  });
  const watchers = new FolderWatchers({ onChange, rescanMs: 2_000, say: (text) => said.push(text) });
  onTestFinished(() => watchers.close());
  const { folders } = await scanFolder(Buffer.from(folder), true);
  watchers.keep(folders);
  watchers.keep(folders);
  expect(said).toEqual([expect.stringMatching(/no changes in 5 folders: .* every 2 s/)]);
  writeFileSync(join(folder, 'a.jpg'), '');
  await changed;
});
