import { existsSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveContents, type ArchivedFrame, idOf } from '../../../../server/gateway/archive/frame-archive.js';
import type { DiskArchive } from '../../../../server/gateway/archive/lmdb/disk-archive.js';
import { LmdbThread } from '../../../../server/gateway/archive/lmdb/lmdb-thread.js';
import { encodeRecord } from '../../../../server/gateway/archive/record-codec.js';
import { keptLog } from '../../../node/log-lines.js';
import { DAY_MS, diskArchive, endOf, frameWith, newFolder, picture } from '../archives.js';

let folder: string;
let remove: () => Promise<void>;
let archive: DiskArchive;
beforeEach(async () => {
  ({ folder, remove } = await newFolder());
  archive = diskArchive(folder);
});
afterEach(async () => {
  await archive.close().catch(() => {});
  await remove();
});

const ids = ({ frames }: ArchiveContents) => frames.map(idOf).sort();
const byId = (a: ArchivedFrame, b: ArchivedFrame) => (idOf(a) < idOf(b) ? -1 : 1);

async function accept(id: string, bytes = picture(7)) {
  const frame = frameWith(id, bytes);
  await archive.accept(frame, bytes);
  return frame;
}

async function reopen(nowMs = 0, log = keptLog().log): Promise<ArchiveContents> {
  await archive.close();
  archive = diskArchive(folder, log);
  return archive.open(nowMs);
}

/** Everything that the folder's files hold. */
function onDisk(path = folder): Buffer {
  return Buffer.concat(
    readdirSync(path, { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? onDisk(join(path, entry.name)) : readFileSync(join(path, entry.name)),
    ),
  );
}

describe('what was written', () => {
  it('is there after the store was closed, under a later epoch, also when the clock went back', async () => {
    const first = await archive.open(1_000);
    const [open, ended] = [await accept('a-1'), await accept('a-2')];
    const [end, trace] = endOf(ended);
    await archive.end(end, trace);
    const second = await reopen(500);
    expect([...second.frames].sort(byId)).toEqual([open, end]);
    expect(second).toMatchObject({ afterCrash: false, unreadable: [] });
    expect(await archive.trace('a-2')).toEqual(trace);
    expect(await archive.picture('a-1', open.picture)).toEqual(picture(7));
    expect(Number.parseInt(second.epoch, 36)).toBeGreaterThan(Number.parseInt(first.epoch, 36));
  });

  it('is for nobody else to read', async () => {
    await archive.open(0);
    await accept('a-1');
    const modeOf = (...path: string[]) => (statSync(join(folder, ...path)).mode & 0o777).toString(8);
    expect([modeOf(), modeOf('pictures')]).toEqual(['700', '700']);
    const files = [['frames.mdb'], ['frames.mdb-lock'], ['owner.json'], ['pictures', 'a-1']];
    expect(files.map((path) => modeOf(...path))).toEqual(['600', '600', '600', '600']);
  });

  it('leaves no byte of a picture behind that was deleted or was not to be kept', async () => {
    await archive.open(0);
    const [one, two, three] = [picture(1), picture(2), picture(3)];
    const [first, second] = [await accept('a-1', one), await accept('a-2', two)];
    await accept('a-3', three);
    const holds = (bytes: Buffer) => onDisk().includes(bytes.subarray(5_000, 5_032));
    expect([holds(one), holds(two), holds(three)]).toEqual([true, true, true]);
    await archive.end(...endOf(first, false));
    await archive.end(...endOf(second));
    await archive.remove(['a-2']);
    expect([holds(one), holds(two), holds(three)]).toEqual([false, false, true]);
  });

  it('loses pictures that belong to no frame: a gateway ended between picture and record', async () => {
    await archive.open(0);
    await accept('a-1');
    writeFileSync(join(folder, 'pictures', 'a-9'), 'half a pict');
    await reopen();
    expect(await readdir(join(folder, 'pictures'))).toEqual(['a-1']);
  });

  it('is not given back where its file is damaged', async () => {
    await archive.open(0);
    const { picture: facts } = await accept('a-1');
    const path = join(folder, 'pictures', 'a-1');
    const bytes = readFileSync(path);
    bytes[100]! ^= 1;
    writeFileSync(path, bytes);
    expect(await archive.picture('a-1', facts)).toBeNull();
  });
});

describe('a record that cannot be read', () => {
  it('is suspended and told of; the others are there', async () => {
    await archive.open(0);
    const good = await accept('a-1');
    await accept('a-2');
    await accept('a-3');
    await archive.close();
    const database = await LmdbThread.open({ path: join(folder, 'frames.mdb') });
    const newer = encodeRecord(good);
    newer[0] = 9;
    const damaged = encodeRecord(good);
    damaged[20]! ^= 1;
    const put = (key: string, value: Uint8Array) => ({ table: 'frames' as const, key, value });
    await database.write({ puts: [put('a-2', newer), put('a-3', damaged)] });
    await database.close();
    const { lines, log } = keptLog();
    archive = diskArchive(folder, log);
    const contents = await archive.open(0);
    expect(contents.frames).toEqual([good]);
    expect([...contents.unreadable].sort()).toEqual(['a-2', 'a-3']);
    const told = lines.filter(({ level }) => level >= 50).map(({ msg }) => msg);
    expect(told[0]).toMatch(/a-2 is of a later version \(9\)/);
    expect(told[1]).toMatch(/a-3 is damaged/);
    expect((await readdir(join(folder, 'pictures'))).sort()).toEqual(['a-1', 'a-2', 'a-3']);
  });
});

describe('a database that cannot be read', () => {
  it.each([
    ['cut off', (path: string) => truncateSync(path, 20_000)],
    ['something else', (path: string) => writeFileSync(path, picture(3, 100_000))],
    ['empty', (path: string) => truncateSync(path, 0)],
    ['partly zeros', (path: string) => writeFileSync(path, readFileSync(path).fill(0, 8_192))],
  ])('is set aside with its pictures, and the gateway starts: %s', async (_what, damage) => {
    await archive.open(Date.now());
    for (let i = 0; i < 30; i++) await accept(`a-${i}`, picture(i, 50));
    await archive.close();
    damage(join(folder, 'frames.mdb'));
    const { lines, log } = keptLog();
    archive = diskArchive(folder, log);
    const nowMs = Date.now();
    expect((await archive.open(nowMs)).frames).toEqual([]);
    await accept('b-1');
    const aside = readdirSync(folder).filter((name) => name.startsWith('damaged-'));
    expect(aside).toHaveLength(1);
    expect(readdirSync(join(folder, aside[0]!, 'pictures'))).toHaveLength(30);
    expect(lines.find(({ level }) => level >= 50)?.msg).toContain(`set aside in ${join(folder, aside[0]!)}`);
    expect(ids(await reopen(nowMs))).toEqual(['b-1']);
    // Its pictures are not kept for longer than others are.
    utimesSync(join(folder, aside[0]!), 0, (nowMs - 2 * DAY_MS) / 1000);
    await reopen(nowMs);
    expect(existsSync(join(folder, aside[0]!))).toBe(false);
  });
});

describe('the clock that frames age by', () => {
  const HOUR_MS = 3_600_000;
  const NOW_MS = Date.UTC(2026, 0, 1);

  it('goes on in the next life, however the wall clock was set in between', async () => {
    await archive.open(NOW_MS);
    for (const wallMs of [NOW_MS + 365 * DAY_MS, 0, NOW_MS - 365 * DAY_MS]) {
      await reopen(wallMs);
      expect(archive.clock.nowMs() - NOW_MS).toBeGreaterThanOrEqual(0);
      expect(archive.clock.nowMs() - NOW_MS).toBeLessThan(HOUR_MS);
    }
  });

  it('goes on from the newest frame where its own file is lost or damaged', async () => {
    await archive.open(NOW_MS);
    const frame = frameWith('a-1', picture(7));
    await archive.accept({ ...frame, keptSinceMs: NOW_MS + HOUR_MS }, picture(7));
    await archive.close();
    writeFileSync(join(folder, 'clock.json'), '{"storeMs":');
    archive = diskArchive(folder);
    await archive.open(1_000);
    expect(archive.clock.nowMs()).toBeGreaterThanOrEqual(NOW_MS + HOUR_MS);
  });

  it('is no reason to stop where it cannot be written', async () => {
    await archive.open(NOW_MS);
    await mkdir(join(folder, 'clock.json.new'));
    await archive.noteTime();
    await accept('a-1');
    expect(ids(await reopen(NOW_MS))).toEqual(['a-1']);
  });
});

describe('a store that another gateway has', () => {
  it('is refused to a gateway in the same process', async () => {
    await archive.open(0);
    const second = diskArchive(folder);
    await expect(second.open(0)).rejects.toMatchObject({
      code: 'DT_STORE_IN_USE',
      message: expect.stringContaining(String(process.pid)),
    });
    await second.close();
    expect(await archive.picture('a-1', { bytes: 0, checksum: 0 }), 'goes on as before').toBeNull();
  });

  it.each([
    ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 - 3, born: 'x/1', token: 'x' })],
    ['of a process whose number another one has now', JSON.stringify({ pid: 1, born: 'x/1', token: 'x' })],
    ['of an earlier process that had this one’s number', JSON.stringify({ pid: process.pid, born: 'x/1', token: 'x' })],
    ['that is empty', ''],
  ])('is taken over where its owner’s file is one %s', async (_what, text) => {
    await mkdir(folder);
    writeFileSync(join(folder, 'owner.json'), text);
    expect(await archive.open(0)).toMatchObject({ afterCrash: true });
    expect(readdirSync(folder).filter((name) => name.startsWith('owner'))).toEqual(['owner.json']);
  });
});

describe('a folder that cannot be used', () => {
  it('is told with what to do', async () => {
    writeFileSync(folder, '');
    await expect(archive.open(0)).rejects.toMatchObject({
      code: 'DT_STORE_PATH',
      message: expect.stringMatching(/store\.path in cluster\.yaml/),
    });
  });
});

describe('the devices in quarantine', () => {
  it('are known to the next life of the gateway, as they were said last', async () => {
    await archive.open(0);
    const e1 = { device: 'e1', sinceMs: 5, detail: 'far off' };
    await archive.quarantine([e1, { ...e1, device: 'e2' }]);
    expect((await reopen()).quarantined.map(({ device }) => device)).toEqual(['e1', 'e2']);
    await archive.quarantine([e1]);
    expect((await reopen()).quarantined).toEqual([e1]);
    await archive.quarantine([]);
    expect((await reopen()).quarantined).toEqual([]);
  });

  it('are none where that cannot be read, which is said', async () => {
    await archive.open(0);
    await archive.close();
    const database = await LmdbThread.open({ path: join(folder, 'frames.mdb') });
    await database.write({ puts: [{ table: 'meta', key: 'quarantine', value: Buffer.from('damaged') }] });
    await database.close();
    const { log, lines } = keptLog();
    archive = diskArchive(folder, log);
    expect((await archive.open(0)).quarantined).toEqual([]);
    expect(lines.map(({ msg }) => msg).join()).toContain('which devices were in quarantine cannot be read');
  });
});
