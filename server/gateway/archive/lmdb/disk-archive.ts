import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { crc32 } from 'node:zlib';
import { DeepThingsError } from '../../../errors.js';
import type { Logger } from '../../../node/observe/logger.js';
import { ArchiveError } from '../archive-error.js';
import { readClockFile } from '../clock-file.js';
import {
  type ArchiveContents,
  type ArchivedFrame,
  type EndedFrame,
  type FrameArchive,
  type FrameTraceDocument,
  idOf,
  keptSinceMs,
  nextEpoch,
  type OpenFrame,
  type PictureFacts,
  type QuarantinedDevice,
} from '../frame-archive.js';
import { PictureFiles } from '../picture-files.js';
import { decodeRecord, encodeRecord } from '../record-codec.js';
import { replaceJson } from '../replace-json.js';
import { readClocks, StoreClock } from '../store-clock.js';
import { StoreHealth } from '../store-health.js';
import { StoreOwner } from '../store-owner.js';
import type { LmdbWrite } from './lmdb-messages.js';
import { isReadable, LmdbThread } from './lmdb-thread.js';

const DATABASE = 'frames.mdb';
const PICTURES = 'pictures';
const CLOCK = 'clock.json';
const QUARANTINE = 'quarantine';
const SET_ASIDE = 'damaged-';

export interface DiskArchiveOptions {
  /** Absolute. */
  readonly folder: string;
  /** How long a damaged store is left where it was set aside. */
  readonly ageMs: number;
  readonly log: Logger;
}

/** Frames in a folder: their facts in a database, their pictures as files beside it. */
export class DiskArchive implements FrameArchive {
  readonly clock = new StoreClock(Date.now());
  readonly #options: DiskArchiveOptions;
  readonly #owner: StoreOwner;
  readonly #pictures: PictureFiles;
  readonly #health: StoreHealth;
  #database: LmdbThread | null = null;
  #isOwned = false;

  constructor(options: DiskArchiveOptions) {
    this.#options = options;
    this.#owner = new StoreOwner(options.folder);
    this.#pictures = new PictureFiles(join(options.folder, PICTURES));
    const { folder, log } = options;
    this.#health = new StoreHealth({ folder, log, nowMs: () => performance.now() });
  }

  /** @throws DeepThingsError `DT_STORE_PATH`, `DT_STORE_IN_USE` */
  async open(nowMs: number): Promise<ArchiveContents> {
    const { folder } = this.#options;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { afterCrash } = await this.#owner.take();
      this.#isOwned = true;
      this.clock.resume(await readClockFile(join(folder, CLOCK)), readClocks(nowMs));
      await this.#setDamagedAside(nowMs);
      await this.#forgetSetAside();
      await this.#pictures.open();
      const database = await LmdbThread.open({ path: join(folder, DATABASE) });
      this.#database = database;
      const loaded = await this.#load(database, nowMs);
      for (const frame of loaded.frames) this.clock.atLeast(keptSinceMs(frame));
      await this.noteTime();
      return { ...loaded, afterCrash };
    } catch (cause) {
      await this.close().catch(() => {});
      if (cause instanceof DeepThingsError) throw cause;
      const detail =
        `the store in ${folder} cannot be used: ${(cause as Error).message}; set store.path in cluster.yaml to a folder ` +
        'that this gateway can write, or to memory';
      throw new DeepThingsError('DT_STORE_PATH', detail, { cause });
    }
  }

  async accept(frame: OpenFrame, picture: Uint8Array): Promise<void> {
    const { id } = frame;
    await this.#writing(`frame ${id} could not be stored`, async () => {
      await this.#pictures.write(id, picture);
      try {
        await this.#open.write({ puts: [{ table: 'frames', key: id, value: encodeRecord(frame) }] });
      } catch (error) {
        await this.#pictures.remove([id]).catch(() => {});
        throw error;
      }
    });
    this.#health.succeeded();
  }

  async update(frames: readonly ArchivedFrame[]): Promise<void> {
    const puts = frames.map((frame) => ({ table: 'frames' as const, key: idOf(frame), value: encodeRecord(frame) }));
    const bare = frames.filter((frame) => frame.kind === 'ended' && !frame.document.picture.kept).map(idOf);
    await this.#writing('facts of frames could not be stored', async () => {
      await this.#open.write({ puts });
      await this.#pictures.remove(bare);
    });
  }

  async end(frame: EndedFrame, trace: FrameTraceDocument): Promise<void> {
    const { id: key, picture } = frame.document;
    const puts: LmdbWrite['puts'] = [
      { table: 'frames', key, value: encodeRecord(frame) },
      { table: 'traces', key, value: encodeRecord(trace) },
    ];
    await this.#writing(`the end of frame ${key} could not be stored`, async () => {
      try {
        await this.#open.write({ puts });
      } finally {
        if (!picture.kept) await this.#pictures.remove([key]);
      }
    });
  }

  async picture(id: string, { bytes, checksum }: Pick<PictureFacts, 'bytes' | 'checksum'>): Promise<Uint8Array | null> {
    const picture = await this.#pictures.read(id);
    const isWhole = picture !== null && picture.byteLength === bytes && crc32(picture) === checksum;
    return isWhole ? picture : null;
  }

  async trace(id: string): Promise<FrameTraceDocument | null> {
    const bytes = await this.#open.get('traces', id);
    if (bytes === null) return null;
    const record = decodeRecord<FrameTraceDocument>(bytes);
    return record.kind === 'read' ? record.value : null;
  }

  async remove(ids: readonly string[]): Promise<void> {
    const removes = ids.flatMap((key) => [
      { table: 'frames' as const, key },
      { table: 'traces' as const, key },
    ]);
    await this.#writing('frames could not be removed', async () => {
      // Whatever becomes of the rest.
      await this.#pictures.remove(ids);
      await this.#open.write({ removes });
    });
  }

  async quarantine(devices: readonly QuarantinedDevice[]): Promise<void> {
    const put = { table: 'meta' as const, key: QUARANTINE, value: encodeRecord(devices) };
    await this.#writing('the devices in quarantine could not be stored', () => this.#open.write({ puts: [put] }));
  }

  problem(): ArchiveError | null {
    return this.#health.problem();
  }

  async noteTime(): Promise<void> {
    const { folder, log } = this.#options;
    try {
      await replaceJson(join(folder, CLOCK), { storeMs: this.clock.nowMs(), ...readClocks() });
    } catch (error) {
      // Frames are kept for a while longer after the next start: no reason to stop anything.
      log.debug({ err: error }, 'what the store’s clock shows could not be written');
    }
  }

  async close(): Promise<void> {
    if (this.#database !== null) await this.noteTime();
    await this.#database?.close();
    await this.#pictures.close();
    if (this.#isOwned) await this.#owner.release();
    this.#isOwned = false;
  }

  get #open(): LmdbThread {
    if (this.#database === null) throw new Error('the store is not open');
    return this.#database;
  }

  async #load(database: LmdbThread, nowMs: number): Promise<Omit<ArchiveContents, 'afterCrash'>> {
    const { log } = this.#options;
    const frames: ArchivedFrame[] = [];
    const unreadable: string[] = [];
    for (const [id, bytes] of await database.all('frames')) {
      const record = decodeRecord<ArchivedFrame>(bytes);
      if (record.kind === 'read') {
        frames.push(record.value);
        continue;
      }
      const why = record.kind === 'newer' ? `is of a later version (${record.version}) of DeepThings` : 'is damaged';
      log.error({ frame: id }, `the record of frame ${id} ${why}: it is left in the store, and not shown`);
      unreadable.push(id);
    }
    await this.#removeStrayPictures(frames, unreadable);
    const before = await database.get('meta', 'epoch');
    const epoch = nextEpoch(nowMs, before === null ? null : Buffer.from(before).toString());
    await database.write({ puts: [{ table: 'meta', key: 'epoch', value: Buffer.from(epoch) }] });
    return { epoch, frames, unreadable, quarantined: await this.#quarantined(database) };
  }

  async #quarantined(database: LmdbThread): Promise<readonly QuarantinedDevice[]> {
    const bytes = await database.get('meta', QUARANTINE);
    if (bytes === null) return [];
    const record = decodeRecord<readonly QuarantinedDevice[]>(bytes);
    if (record.kind === 'read') return record.value;
    this.#options.log.error(
      'which devices were in quarantine cannot be read: they are given work until they err again',
    );
    return [];
  }

  /** Of frames that were never accepted, or whose end came before their picture's. */
  async #removeStrayPictures(frames: readonly ArchivedFrame[], unreadable: readonly string[]): Promise<void> {
    const kept = new Set(unreadable);
    for (const frame of frames) if (frame.kind === 'open' || frame.document.picture.kept) kept.add(idOf(frame));
    await this.#pictures.remove((await this.#pictures.ids()).filter((id) => !kept.has(id)));
  }

  /** A store that cannot be read must not keep the gateway from starting, nor be lost. */
  async #setDamagedAside(nowMs: number): Promise<void> {
    const { folder, log } = this.#options;
    const database = join(folder, DATABASE);
    if (!existsSync(database) || (await isReadable(database))) return;
    const aside = join(folder, `${SET_ASIDE}${new Date(nowMs).toISOString().replaceAll(':', '')}`);
    await mkdir(aside, { mode: 0o700 });
    for (const name of [DATABASE, `${DATABASE}-lock`, PICTURES]) {
      if (existsSync(join(folder, name))) await rename(join(folder, name), join(aside, name));
    }
    await this.#stampSetAside(aside);
    log.error({ folder: aside }, `the store is damaged: it was set aside in ${aside}, and an empty one begun`);
  }

  /** A folder that was set aside has the time of the store's clock as its own. */
  async #stampSetAside(path: string): Promise<void> {
    const seconds = this.clock.nowMs() / 1000;
    await utimes(path, seconds, seconds);
  }

  async #forgetSetAside(): Promise<void> {
    const { ageMs, folder } = this.#options;
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (!name.startsWith(SET_ASIDE) || this.clock.nowMs() - (await stat(path)).mtimeMs <= ageMs) continue;
      await rm(path, { recursive: true });
    }
  }

  async #writing(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      const error = new ArchiveError(what, this.#options.folder, cause);
      this.#health.failed(error);
      throw error;
    }
  }
}
