import { performance } from 'node:perf_hooks';
import type { PictureGate, PictureSource } from '../../../cameras/source-picture.js';
import { DeepThingsError } from '../../../errors.js';
import { hasEnding } from '../../../imaging/picture-ending.js';
import type { PictureMediaType } from '../../../imaging/picture-format.js';
import { type PictureBody, readFoundPicture } from '../../submit/picture-file.js';
import { ChangeSignal } from './change-signal.js';
import { type FileAge, FileAges, type FolderPatience, judgeFile } from './file-settling.js';
import { type FolderListing, type FoundPicture, scanFolder } from './folder-scan.js';
import type { FolderState } from './folder-state.js';
import { FolderWatchers } from './folder-watchers.js';
import { SkippedFile, someNames } from './skipped-files.js';

/** How a folder is looked through. */
export interface FolderLook {
  /** Looks into sub-folders. */
  readonly recursive: boolean;
  /** Ends when what is there at first has been looked at. */
  readonly once: boolean;
  /** Between two looks, when nothing tells that something has changed. */
  readonly rescanMs: number;
  readonly patience: FolderPatience;
}

export interface FolderParts {
  readonly folder: Buffer;
  /** The folder for people. */
  readonly shown: string;
  readonly look: FolderLook;
  readonly state: FolderState;
  /** Largest picture that the cluster takes, where that is known. */
  readonly pictureBytes: number | null;
  /** Told of a picture that is not taken. */
  readonly onUnreadable: (name: string, error: Error) => void;
}

/**
 * The pictures of a folder, oldest first, each version of a file once. Nothing is moved or written there, and none is
 * dropped: those that wait are files, which take no memory. What is left alone, such as hidden files, is said once.
 */
export class FolderSource implements PictureSource {
  readonly #parts: FolderParts;
  readonly #ages = new FileAges();
  readonly #skipped = new SkippedFile();
  readonly #underWay = new Set<string>();
  /** Versions of files and folders of which the trouble has been told. */
  readonly #told = new Map<string, string>();
  /** The names of those that wait to be whole, by key. */
  #waiting = new Map<string, string>();
  /** Those of them that have waited for long. */
  #slow: string[] = [];
  /** What a run that ends looks at. */
  #first: ReadonlySet<string> | null = null;
  /** The file system that the folder was on at the last look. */
  #device: bigint | null = null;
  #isAway = false;
  /** What ended a submission in the background: the state file cannot be written. */
  #failure: unknown = null;

  constructor(parts: FolderParts) {
    this.#parts = parts;
  }

  async run(gate: PictureGate, signal: AbortSignal): Promise<void> {
    const { once, patience, rescanMs } = this.#parts.look;
    const change = new ChangeSignal();
    const parts = { onChange: () => change.emit(), rescanMs, say: (text: string) => gate.note(text) };
    const watchers = once ? null : new FolderWatchers(parts);
    try {
      while (!signal.aborted) {
        const startedMs = performance.now();
        const again = await this.#look(gate, watchers, signal);
        if (this.#failure !== null) throw this.#failure;
        if (once && !again) return;
        // A folder that takes long to look through is not looked through all the time.
        const lookMs = performance.now() - startedMs;
        await change.wait({ leastMs: lookMs, mostMs: again ? patience.settledMs : rescanMs }, signal);
      }
    } finally {
      watchers?.close();
    }
  }

  /** @returns whether there is something to come back for soon. */
  async #look(gate: PictureGate, watchers: FolderWatchers | null, signal: AbortSignal): Promise<boolean> {
    const listing = await this.#list(gate);
    watchers?.keep(listing?.folders ?? []);
    if (listing === null) return false;
    await this.#compare(listing, gate);
    const before = this.#waiting;
    this.#waiting = new Map();
    this.#slow = [];
    const submitted: Promise<void>[] = [];
    for (const picture of listing.pictures) {
      if (signal.aborted) return false;
      if (!this.#isWanted(picture)) continue;
      await gate.room();
      const body = await this.#take(picture, gate);
      if (body === 'wait') this.#waiting.set(picture.key, picture.name);
      else if (body !== null) submitted.push(this.#submit(gate, picture, body));
    }
    this.#tellSlow(gate);
    if (!this.#parts.look.once) return this.#waiting.size > 0;
    this.#tellGone(before, listing);
    // A run that ends waits for its pictures; one that goes on looks for new ones meanwhile.
    await Promise.all(submitted);
    return this.#waiting.size > 0;
  }

  /** @returns null while the folder cannot be read. */
  async #list(gate: PictureGate): Promise<FolderListing | null> {
    const { folder, look, shown } = this.#parts;
    try {
      const listing = await scanFolder(folder, look.recursive);
      if (this.#isAway) gate.note(`${shown} can be read again`);
      this.#isAway = false;
      return listing;
    } catch (cause) {
      const reason = folderTrouble(cause as NodeJS.ErrnoException);
      if (look.once) throw new DeepThingsError('DT_WATCH_SOURCE', `${shown}: ${reason}`, { cause });
      gate.note(`${shown}: ${reason}; it is tried again`);
      this.#isAway = true;
      return null;
    }
  }

  /** Forgets what is not there any more, and tells what is new and not looked at. */
  async #compare({ device, isEmpty, skipped, pictures, unreadable }: FolderListing, gate: PictureGate): Promise<void> {
    const { look, onUnreadable, shown, state } = this.#parts;
    const keys = new Set(pictures.map(({ key }) => key));
    this.#ages.keepOnly(keys);
    // Where a file system was unmounted there is nothing; its files have been looked at nevertheless.
    if (!isEmpty) await state.keepOnly(keys);
    if (this.#device !== null && this.#device !== device) {
      gate.note(`${shown} is on another file system than before: it was mounted or unmounted`);
    }
    this.#device = device;
    if (look.once) this.#first ??= keys;
    const news = this.#skipped.news(skipped);
    if (news !== null) gate.note(`${shown}: ${news}`);
    const troubles = new Set(unreadable.map(({ name }) => `folder ${name}`));
    for (const key of this.#told.keys()) if (!keys.has(key) && !troubles.has(key)) this.#told.delete(key);
    for (const { error, name } of unreadable) {
      if (!this.#isNewTrouble(`folder ${name}`, error.code ?? error.message)) continue;
      onUnreadable(name, new DeepThingsError('DT_WATCH_SOURCE', folderTrouble(error), { cause: error }));
    }
  }

  #isWanted(picture: FoundPicture): boolean {
    const { key, signature } = picture;
    if (this.#parts.state.has(picture) || this.#underWay.has(key)) return false;
    return (this.#first?.has(key) ?? true) && this.#told.get(key) !== signature;
  }

  /** @returns the picture, `wait` when it is not whole yet, null when it is not taken, which has been told then. */
  async #take(picture: FoundPicture, gate: PictureGate): Promise<PictureBody | 'wait' | null> {
    const { once, patience } = this.#parts.look;
    const age = this.#ages.observe(picture.key, picture.signature, performance.now());
    switch (judgeFile(picture.size, age, patience)) {
      case 'wait':
        return this.#wait(picture, age);
      case 'read':
        return this.#read(picture, age);
      case 'empty':
        return this.#refuse(picture, new DeepThingsError('DT_PICTURE_EMPTY', 'the file is empty'));
      case 'endless': {
        const words = `has kept changing for ${Math.round(age.knownMs / 1000)} s`;
        if (once) return this.#refuse(picture, new DeepThingsError('DT_PICTURE_CHANGING', `${words}: it is not taken`));
        if (this.#isNewTrouble(picture.key, 'changing')) gate.note(`${picture.name} ${words}: it is waited for`);
        return null;
      }
    }
  }

  async #read(picture: FoundPicture, age: FileAge): Promise<PictureBody | 'wait' | null> {
    const { once, patience } = this.#parts.look;
    try {
      const body = await readFoundPicture(picture.path, this.#parts.pictureBytes);
      if (body === 'changed') return this.#wait(picture, age);
      const isWhole = hasEnding(body.bytes, body.mediaType as PictureMediaType);
      // The cluster says what is wrong with one that stays without its end.
      return isWhole || age.unchangedMs >= patience.unfinishedMs ? body : this.#wait(picture, age);
    } catch (error) {
      const { cause, code } = error as DeepThingsError;
      if (code !== 'DT_PICTURE_FILE') return this.#refuse(picture, error as Error);
      const isGone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      // Other programs move files away; and one that may not be read may be allowed to later, which is no new version.
      if (isGone && !once) return null;
      if (this.#isNewTrouble(picture.key, picture.signature)) this.#parts.onUnreadable(picture.name, error as Error);
      return null;
    }
  }

  /** This version of it will not be taken. */
  async #refuse(picture: FoundPicture, error: Error): Promise<null> {
    await this.#parts.state.add(picture);
    this.#ages.forget(picture.key);
    this.#parts.onUnreadable(picture.name, error);
    return null;
  }

  async #submit(gate: PictureGate, picture: FoundPicture, body: PictureBody): Promise<void> {
    const { key, name } = picture;
    this.#underWay.add(key);
    try {
      const end = await gate.submit({ name, body });
      if (end === 'done') {
        await this.#parts.state.add(picture);
        this.#ages.forget(key);
        this.#told.delete(key);
      } else if (this.#parts.look.once) this.#told.set(key, picture.signature);
    } catch (error) {
      this.#failure ??= error;
    } finally {
      this.#underWay.delete(key);
    }
  }

  #wait({ key, name }: FoundPicture, { knownMs }: FileAge): 'wait' {
    const isNew = knownMs >= this.#parts.look.patience.quietMs && this.#isNewTrouble(key, 'waiting');
    if (isNew) this.#slow.push(name);
    return 'wait';
  }

  /** Files that are not whole for a while are said together, once. */
  #tellSlow(gate: PictureGate): void {
    if (this.#slow.length === 0) return;
    gate.note(`${this.#parts.shown}: waiting for what is empty, has no end or still changes: ${someNames(this.#slow)}`);
  }

  #tellGone(before: ReadonlyMap<string, string>, { pictures }: FolderListing): void {
    const present = new Set(pictures.map(({ key }) => key));
    for (const [key, name] of before) {
      if (present.has(key)) continue;
      const words = 'is gone: it was moved or removed before it was whole';
      this.#parts.onUnreadable(name, new DeepThingsError('DT_PICTURE_FILE', words));
    }
  }

  #isNewTrouble(key: string, version: string): boolean {
    if (this.#told.get(key) === version) return false;
    this.#told.set(key, version);
    return true;
  }
}

function folderTrouble({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ENOENT' ? 'there is no such folder' : `the folder cannot be read (${code ?? message})`;
}
