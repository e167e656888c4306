import { appendFileSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readFoundPicture, readPicture } from '../../server/cli/submit/picture-file.js';
import { readUnchanged } from '../../server/cli/submit/unchanged-file.js';
import { samplePhoto } from '../support/frames.js';
import { temporaryFolder } from './running-cli.js';

const [ONE, OTHER] = ['sample1.jpg', 'sample3.jpg'].map((name) => Buffer.from(samplePhoto(name)));

/** Has the clock show when the file was changed: a machine with much to do reads it long after that. */
function stopClockAt(path: string | Buffer): void {
  vi.setSystemTime(statSync(path).ctimeMs);
}

afterEach(() => void vi.useRealTimers());

describe('a picture that is overwritten in place while it is read', () => {
  test('is one of the two, never a mixture', async () => {
    const path = join(temporaryFolder(), 'a.jpg');
    writeFileSync(path, ONE!);
    let turn = 0;
    const writer = setInterval(() => writeFileSync(path, turn++ % 2 === 0 ? OTHER! : ONE!), 40);
    const timer = setTimeout(() => clearInterval(writer), 600);
    const { bytes } = await readPicture(path, null);
    clearInterval(writer);
    clearTimeout(timer);
    expect([ONE!, OTHER!].some((whole) => whole.equals(bytes))).toBe(true);
  });

  test('counts as changed, also where the change has the same size and date', async () => {
    const path = join(temporaryFolder(), 'a.jpg');
    const time = new Date(2020, 1, 1);
    writeFileSync(path, ONE!);
    utimesSync(path, time, time);
    const reading = { path, mostBytes: 2 ** 24, filesOnly: true };
    await expect.poll(() => readUnchanged(reading)).toEqual(ONE);
    const read = readUnchanged(reading);
    writeFileSync(path, ONE!);
    utimesSync(path, time, time);
    stopClockAt(path);
    expect(await read).toBe('changed');
  });

  test('of a folder is left for the next look', async () => {
    const path = Buffer.from(join(temporaryFolder(), 'a.jpg'));
    writeFileSync(path, ONE!);
    appendFileSync(path, 'x');
    stopClockAt(path);
    expect(await readFoundPicture(path, null)).toBe('changed');
  });
});

test.each([
  ['a folder', /is a folder/],
  ['nothing', /no such file/],
])('%s is named', async (what, message) => {
  const path = join(temporaryFolder(), 'a.jpg');
  if (what === 'a folder') mkdirSync(path);
  await expect(readPicture(path, null)).rejects.toMatchObject({
    code: 'DT_PICTURE_FILE',
    message: expect.stringMatching(message),
  });
});
