import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FolderLook, FolderSource } from '../../../../server/cli/watch/folder/folder-source.js';
import { FolderState } from '../../../../server/cli/watch/folder/folder-state.js';
import { samplePhoto } from '../../../support/frames.js';
import { waitUntil } from '../../../support/test-cluster.js';
import { temporaryFolder } from '../../running-cli.js';
import { FakeGate } from '../fake-gate.js';

const PHOTO = samplePhoto('sample1.jpg');
/** As short as a busy machine allows. */
const PATIENCE = { settledMs: 30, unfinishedMs: 200, changingMs: 600, quietMs: 100_000 };
const FUTURE = new Date(Date.now() + 3 * 24 * 60 * 60 * 1000);

interface Look extends Partial<FolderLook> {
  readonly statePath?: string;
}

async function sourceOf(folder: string, { statePath, ...options }: Look = {}) {
  const gate = new FakeGate();
  const unreadable: string[] = [];
  const source = new FolderSource({
    folder: Buffer.from(folder),
    shown: 'door',
    look: { recursive: false, once: true, rescanMs: 50, patience: PATIENCE, ...options },
    state: await FolderState.open(statePath),
    pictureBytes: null,
    onUnreadable: (name, error) => unreadable.push(`${name}: ${error.message}`),
  });
  return { gate, source, unreadable };
}

async function look(folder: string, options: Look = {}) {
  const { gate, source, unreadable } = await sourceOf(folder, options);
  await source.run(gate, new AbortController().signal);
  return { names: gate.names, notes: gate.notes, unreadable };
}

async function watch(folder: string, options: Look = {}) {
  const { gate, source, unreadable } = await sourceOf(folder, { once: false, ...options });
  const controller = new AbortController();
  const watched = source.run(gate, controller.signal);
  const end = async () => {
    controller.abort();
    await watched;
  };
  return { gate, unreadable, end };
}

function put(folder: string, name: string, bytes: Uint8Array | string = PHOTO, secondsOld = 60): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const time = new Date(Date.now() - secondsOld * 1000);
  utimesSync(path, time, time);
  return path;
}

/** Changes a file again and again. @returns what ends that. */
function keepChanging(path: string): () => void {
  const timer = setInterval(() => appendFileSync(path, 'more'), 10);
  return () => clearInterval(timer);
}

describe('once', () => {
  test('looks at the pictures that are there, oldest first, and at nothing else, which it says', async () => {
    const folder = temporaryFolder();
    put(folder, 'b.JPG', PHOTO, 30);
    put(folder, 'a.jpeg', PHOTO, 10);
    put(folder, 'c.png', PHOTO, 20);
    put(folder, '.hidden.jpg');
    put(folder, 'notes.txt', 'text');
    put(folder, 'broken.jpg', 'no picture', 40);
    mkdirSync(join(folder, '2026'));
    mkdirSync(join(folder, 'folder.jpg'));
    const { names, notes, unreadable } = await look(folder);
    expect(names).toEqual(['b.JPG', 'c.png', 'a.jpeg']);
    expect(unreadable).toEqual([expect.stringMatching(/^broken.jpg: .*text/)]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^door: left alone: /);
    for (const words of [
      '2 sub-folders (',
      '2026',
      'folder.jpg',
      '--recursive',
      '1 file (notes.txt)',
      '1 hidden file (.h',
    ]) {
      expect(notes[0]).toContain(words);
    }
  });

  test('waits for a file that is just being written', async () => {
    const folder = temporaryFolder();
    const path = put(folder, 'a.jpg', PHOTO.subarray(0, 1000));
    const { gate, source } = await sourceOf(folder, {
      patience: { ...PATIENCE, unfinishedMs: 20_000, changingMs: 20_000 },
    });
    const looked = source.run(gate, new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(gate.names).toEqual([]);
    appendFileSync(path, PHOTO.subarray(1000));
    await looked;
    expect(gate.pictures.map(({ body }) => body.bytes.length)).toEqual([PHOTO.length]);
  });

  test.each([
    ['whole', PHOTO, { names: ['a.jpg'], unreadable: [] }],
    ['without its end', PHOTO.subarray(0, 1000), { names: ['a.jpg'], unreadable: [] }],
    ['empty', '', { names: [], unreadable: ['a.jpg: the file is empty'] }],
  ])('a file of next week that is %s ends nevertheless', async (_what, bytes, expected) => {
    const folder = temporaryFolder();
    utimesSync(put(folder, 'a.jpg', bytes), FUTURE, FUTURE);
    expect(await look(folder)).toMatchObject(expected);
  });

  test('a file that never stops changing is named', async () => {
    const folder = temporaryFolder();
    const end = keepChanging(put(folder, 'a.jpg'));
    put(folder, 'b.jpg');
    const { names, unreadable } = await look(folder);
    end();
    expect(names).toEqual(['b.jpg']);
    expect(unreadable).toEqual([expect.stringMatching(/^a.jpg: has kept changing for \d s: it is not taken$/)]);
  });

  test('files that are waited for are named, together and once', async () => {
    const folder = temporaryFolder();
    for (const name of ['a.jpg', 'b.jpg']) put(folder, name, '');
    const { notes } = await look(folder, { patience: { ...PATIENCE, quietMs: 0 } });
    expect(notes).toEqual(['door: waiting for what is empty, has no end or still changes: a.jpg, b.jpg']);
  });

  test('files that come later do not prolong it', async () => {
    const folder = temporaryFolder();
    put(folder, 'a.jpg');
    const { gate, source } = await sourceOf(folder);
    gate.onPicture = () => put(folder, `${gate.names.length}.jpg`);
    await source.run(gate, new AbortController().signal);
    expect(gate.names).toEqual(['a.jpg']);
  });

  test('a file that goes while it is waited for is named', async () => {
    const folder = temporaryFolder();
    const path = put(folder, 'a.jpg', '');
    const { gate, source, unreadable } = await sourceOf(folder);
    const looked = source.run(gate, new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
    rmSync(path);
    await looked;
    expect(unreadable).toEqual([expect.stringMatching(/^a.jpg: is gone/)]);
  });

  test('a folder that is gone is an error with its name', async () => {
    const folder = temporaryFolder();
    await expect(look(join(folder, 'away'))).rejects.toMatchObject({
      code: 'DT_WATCH_SOURCE',
      message: 'door: there is no such folder',
    });
  });

  test('links: to a file it is taken, to nothing, to itself and to a folder it is said', async () => {
    const folder = temporaryFolder();
    const elsewhere = temporaryFolder();
    symlinkSync(put(elsewhere, 'real.jpg'), join(folder, 'a.jpg'));
    symlinkSync(join(elsewhere, 'none'), join(folder, 'b.jpg'));
    symlinkSync(join(folder, 'c.jpg'), join(folder, 'c.jpg'));
    symlinkSync('.', join(folder, 'loop'));
    symlinkSync(elsewhere, join(folder, 'd.jpg'));
    const { names, notes, unreadable } = await look(folder, { recursive: true });
    expect([names, unreadable]).toEqual([['a.jpg'], []]);
    expect(notes.join()).toContain('2 links (b.jpg, c.jpg), since the link leads to no file');
    expect(notes.join()).toMatch(/2 links to folders \((loop, d.jpg|d.jpg, loop)\)/);
  });

  test('a socket that is named like a picture is not opened, and said', async () => {
    const folder = temporaryFolder();
    const server = createServer().listen(join(folder, 'a.jpg'));
    await once(server, 'listening');
    const { names, notes, unreadable } = await look(folder);
    server.close();
    expect([names, unreadable]).toEqual([[], []]);
    expect(notes).toEqual(['door: left alone: 1 pipe, socket or device (a.jpg), since only files are read']);
  });

  test('remembers in a file what it has looked at, by size and time of change', async () => {
    const folder = temporaryFolder();
    const statePath = join(temporaryFolder(), 'seen');
    put(folder, 'a.jpg');
    put(folder, 'b.jpg');
    expect((await look(folder, { statePath })).names).toHaveLength(2);
    // As after a power cut in the middle of a line.
    appendFileSync(statePath, '{"name":"c.jp');
    expect((await look(folder, { statePath })).names).toEqual([]);
    put(folder, 'b.jpg', PHOTO, 5);
    expect((await look(folder, { statePath })).names).toEqual(['b.jpg']);
    rmSync(join(folder, 'a.jpg'));
    await look(folder, { statePath });
    expect(readFileSync(statePath, 'utf8')).not.toContain('a.jpg');
  });

  test('an empty folder, where a disk may be missing, makes it forget nothing', async () => {
    const folder = temporaryFolder();
    const statePath = join(temporaryFolder(), 'seen');
    const path = put(folder, 'a.jpg');
    await look(folder, { statePath });
    renameSync(path, join(statePath, '..', 'kept.jpg'));
    await look(folder, { statePath });
    renameSync(join(statePath, '..', 'kept.jpg'), path);
    expect((await look(folder, { statePath })).names).toEqual([]);
  });
});

describe('sub-folders', () => {
  test('are looked into where that is asked for, by their paths', async () => {
    const folder = temporaryFolder();
    const statePath = join(temporaryFolder(), 'seen');
    mkdirSync(join(folder, '2026/05/.thumbs'), { recursive: true });
    put(folder, 'a.jpg', PHOTO, 30);
    put(folder, '2026/05/a.jpg', PHOTO, 20);
    put(folder, '2026/05/.thumbs/a.jpg');
    const { names, notes } = await look(folder, { recursive: true, statePath });
    expect(names).toEqual(['a.jpg', '2026/05/a.jpg']);
    expect(notes).toEqual([expect.stringContaining('1 hidden folder (2026/05/.thumbs)')]);
    expect((await look(folder, { recursive: true, statePath })).names).toEqual([]);
  });

  test('that are made while it is watched are looked into', async () => {
    const folder = temporaryFolder();
    const { end, gate } = await watch(folder, { recursive: true });
    mkdirSync(join(folder, 'today'));
    put(folder, 'today/a.jpg');
    await waitUntil(() => gate.names.includes('today/a.jpg'));
    put(folder, 'today/b.jpg');
    await waitUntil(() => gate.names.includes('today/b.jpg'));
    await end();
  });
});

describe('names that are no UTF-8', () => {
  test('are read as Latin-1, and remembered by their bytes', async () => {
    const folder = temporaryFolder();
    const statePath = join(temporaryFolder(), 'seen');
    const path = (name: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
    writeFileSync(path('café.jpg'), PHOTO);
    put(folder, 'café.jpg');
    expect((await look(folder, { statePath })).names).toEqual(['café.jpg', 'café.jpg']);
    expect((await look(folder, { statePath })).names).toEqual([]);
    writeFileSync(path('fenêtre.jpg'), PHOTO);
    expect((await look(folder, { statePath })).names).toEqual(['fenêtre.jpg']);
  });
});

describe('for as long as it is watched', () => {
  test('takes each picture that lands there, once, and again what the cluster could not be asked about', async () => {
    const folder = temporaryFolder();
    const { end, gate } = await watch(folder, { rescanMs: 100 });
    put(folder, 'a.jpg');
    await waitUntil(() => gate.names.includes('a.jpg'));
    gate.end = 'later';
    writeFileSync(join(folder, '.part'), PHOTO);
    renameSync(join(folder, '.part'), join(folder, 'b.jpg'));
    await waitUntil(() => gate.names.filter((name) => name === 'b.jpg').length >= 2);
    gate.end = 'done';
    const tries = gate.names.length;
    await waitUntil(() => gate.names.length > tries);
    put(folder, 'c.jpg');
    await waitUntil(() => gate.names.includes('c.jpg'));
    await end();
    expect(gate.names.filter((name) => name !== 'b.jpg')).toEqual(['a.jpg', 'c.jpg']);
  });

  test('an empty file is named, and taken when something comes', async () => {
    const folder = temporaryFolder();
    const path = put(folder, 'a.jpg', '');
    const { end, gate, unreadable } = await watch(folder);
    await waitUntil(() => unreadable.length > 0);
    writeFileSync(path, PHOTO);
    await waitUntil(() => gate.names.length > 0);
    await end();
    expect([unreadable, gate.names]).toEqual([['a.jpg: the file is empty'], ['a.jpg']]);
  });

  test('a file that keeps changing is said once, and taken when it stops', async () => {
    const folder = temporaryFolder();
    const stop = keepChanging(put(folder, 'a.jpg'));
    const { end, gate } = await watch(folder);
    await waitUntil(() => gate.notes.length > 0);
    stop();
    await waitUntil(() => gate.names.length > 0);
    await end();
    expect(gate.notes).toEqual([expect.stringMatching(/^a.jpg has kept changing for \d s: it is waited for$/)]);
  });

  test('a folder that is gone is said, and gone on with when it is back', async () => {
    const folder = join(temporaryFolder(), 'door');
    mkdirSync(folder);
    const { end, gate } = await watch(folder);
    put(folder, 'a.jpg');
    await waitUntil(() => gate.names.length === 1);
    rmSync(folder, { recursive: true });
    await waitUntil(() => gate.notes.length === 1);
    mkdirSync(folder);
    put(folder, 'b.jpg');
    await waitUntil(() => gate.names.length === 2);
    await end();
    expect(gate.notes).toEqual(['door: there is no such folder; it is tried again', 'door can be read again']);
  });

  // Root may read everything.
  test.skipIf(process.getuid?.() === 0)('a file that may not be read is named, and taken when it may', async () => {
    const folder = temporaryFolder();
    const path = put(folder, 'a.jpg');
    chmodSync(path, 0);
    const { end, gate, unreadable } = await watch(folder);
    await waitUntil(() => unreadable.length > 0);
    chmodSync(path, 0o600);
    await waitUntil(() => gate.names.length > 0);
    await end();
    expect(unreadable).toHaveLength(1);
  });
});
