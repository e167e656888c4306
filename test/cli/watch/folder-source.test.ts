import { appendFileSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FolderSource } from '../../../server/cli/watch/folder-source.js';
import { FolderState } from '../../../server/cli/watch/folder-state.js';
import { samplePhoto } from '../../support/frames.js';
import { waitUntil } from '../../support/test-cluster.js';
import { temporaryFolder } from '../running-cli.js';
import { FakeGate } from './fake-gate.js';

const PHOTO = samplePhoto('sample1.jpg');

async function look(folder: string, statePath?: string) {
  const gate = new FakeGate();
  const unreadable: string[] = [];
  const source = new FolderSource({
    folder,
    once: true,
    rescanMs: 50,
    state: await FolderState.open(statePath),
    pictureBytes: null,
    onUnreadable: (name, error) => unreadable.push(`${name}: ${error.message}`),
  });
  await source.run(gate, new AbortController().signal);
  return { names: gate.names, unreadable };
}

function put(folder: string, name: string, bytes: Uint8Array | string = PHOTO, secondsOld = 60): void {
  writeFileSync(join(folder, name), bytes);
  const time = new Date(Date.now() - secondsOld * 1000);
  utimesSync(join(folder, name), time, time);
}

describe('once', () => {
  test('looks at the pictures that are there, oldest first, and at nothing else', async () => {
    const folder = temporaryFolder();
    put(folder, 'b.JPG', PHOTO, 30);
    put(folder, 'a.jpeg', PHOTO, 10);
    put(folder, 'c.png', PHOTO, 20);
    put(folder, '.hidden.jpg');
    put(folder, 'notes.txt', 'text');
    put(folder, 'broken.jpg', 'no picture', 40);
    const { names, unreadable } = await look(folder);
    expect(names).toEqual(['b.JPG', 'c.png', 'a.jpeg']);
    expect(unreadable).toEqual([expect.stringMatching(/^broken.jpg: .*text/)]);
  });

  test('waits for a file that is just being written', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.jpg'), PHOTO.subarray(0, 1000));
    const looked = look(folder);
    await new Promise((resolve) => setTimeout(resolve, 600));
    appendFileSync(join(folder, 'a.jpg'), PHOTO.subarray(1000));
    expect((await looked).names).toEqual(['a.jpg']);
  });

  test('remembers in a file what it has looked at, by size and time of change', async () => {
    const folder = temporaryFolder();
    const state = join(temporaryFolder(), 'seen');
    put(folder, 'a.jpg');
    put(folder, 'b.jpg');
    expect((await look(folder, state)).names).toHaveLength(2);
    // As after a power cut in the middle of a line.
    appendFileSync(state, '{"name":"c.jp');
    expect((await look(folder, state)).names).toEqual([]);
    put(folder, 'b.jpg', PHOTO, 5);
    expect((await look(folder, state)).names).toEqual(['b.jpg']);
    rmSync(join(folder, 'a.jpg'));
    await look(folder, state);
    expect(readFileSync(state, 'utf8')).not.toContain('a.jpg');
  });
});

describe('for as long as it is watched', () => {
  test('takes each picture that lands there, once, and again what the cluster could not be asked about', async () => {
    const folder = temporaryFolder();
    const gate = new FakeGate();
    const controller = new AbortController();
    const source = new FolderSource({
      folder,
      once: false,
      rescanMs: 100,
      state: await FolderState.open(undefined),
      pictureBytes: null,
      onUnreadable: () => {},
    });
    const watched = source.run(gate, controller.signal);
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
    controller.abort();
    await watched;
    expect(gate.names.filter((name) => name !== 'b.jpg')).toEqual(['a.jpg', 'c.jpg']);
  });
});
