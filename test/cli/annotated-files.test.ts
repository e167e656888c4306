import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planAnnotatedFiles } from '../../server/cli/submit/annotated-files.js';
import { temporaryFolder } from './running-cli.js';

test('one image goes to the named file, in a folder that is made', async () => {
  const folder = temporaryFolder();
  const out = join(folder, 'new', 'out.jpg');
  expect(await planAnnotatedFiles(['a.png'], out)).toEqual([out]);
  expect(existsSync(join(folder, 'new'))).toBe(true);
});

test.each([
  ['several images', ['x/a.png', 'b.jpg'], ['a.jpg', 'b.jpg']],
  ['names that agree', ['x/a.png', 'y/a.jpg', 'a-2.webp'], ['a.jpg', 'a-2.jpg', 'a-2-2.jpg']],
])('%s go into the named folder', async (_case, images, names) => {
  const out = join(temporaryFolder(), 'found');
  expect(await planAnnotatedFiles(images, out)).toEqual(names.map((name) => join(out, name)));
});

test('a folder that is there takes one image as well', async () => {
  const folder = temporaryFolder();
  expect(await planAnnotatedFiles(['x/a.png'], folder)).toEqual([join(folder, 'a.jpg')]);
  expect(await planAnnotatedFiles(['x/a.png'], `${folder}/new/`)).toEqual([join(folder, 'new', 'a.jpg')]);
});

test('no image is written over, not even by another name', async () => {
  const folder = temporaryFolder();
  const image = join(folder, 'a.jpg');
  writeFileSync(image, 'x');
  mkdirSync(join(folder, 'links'));
  symlinkSync(image, join(folder, 'links', 'a.jpg'));
  await expect(planAnnotatedFiles([image], image)).rejects.toThrow('--out would write over');
  await expect(planAnnotatedFiles([image], folder)).rejects.toThrow('--out would write over');
  await expect(planAnnotatedFiles([image, 'b.jpg'], join(folder, 'links'))).rejects.toThrow('--out would write over');
});
