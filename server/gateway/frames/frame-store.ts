import type { Schemas } from '../../../client/client.js';
import type { StoreConfig } from '../../config/cluster-config.js';
import { HttpProblem } from '../../node/problems/problem.js';
import type { ArchiveError } from '../archive/archive-error.js';
import { type EndedFrame, type FrameTraceDocument, idOf, keptSinceMs } from '../archive/frame-archive.js';
import { ArchiveWriter, type ArchiveWriterParts } from './archive-writer.js';
import { ageOf, type FrameFilter, isWanted } from './frame-filter.js';
import { endedFrameOf, type FrameRecord, frameDocument, openFrameOf, traceDocument } from './frame-record.js';
import { FrameWaiters } from './frame-waiters.js';

/** A frame that is open, or one that has ended and of which the archive has the rest. */
export type KnownFrame = FrameRecord | EndedFrame;

export interface FrameStoreParts extends ArchiveWriterParts {
  readonly bounds: Pick<StoreConfig, 'ageMs' | 'bytes' | 'frames' | 'keepPictures'>;
}

/** What the store's clock shows is noted this often: a gateway that is killed loses no more of it. */
const NOTE_TIME_MS = 10 * 60_000;

/** Of the frames that are kept so many may be dropped ones. */
const DROPPED_SHARE = 0.1;

/** Frames are looked through for those that are too old this often, or ten times in the age that they may reach. */
const PRUNE_MS = 60_000;

/**
 * Every frame that the gateway knows: open ones as long as they are open, ended ones within bounds. Facts are in memory;
 * pictures of ended frames and traces are in the archive.
 */
export class FrameStore {
  readonly #parts: FrameStoreParts;
  /** In the order in which they were accepted. */
  readonly #frames = new Map<string, KnownFrame>();
  readonly #openOf = new Map<string, number>();
  readonly #idOfKey = new Map<string, string>();
  readonly #waiters = new FrameWaiters();
  readonly #writer: ArchiveWriter;
  /** Frames of which the archive has a record that cannot be read, and since when they are kept at the latest. */
  #unreadable = new Map<string, number>();
  readonly #listeners: ((frame: string) => void)[] = [];
  #pruning: NodeJS.Timeout | undefined;
  #notingTime: NodeJS.Timeout | undefined;
  #endedCount = 0;
  #endedBytes = 0;
  readonly #ended = { complete: 0, failed: 0, dropped: 0 };
  /** Dropped frames that are kept, and some that are forgotten since; the oldest first. */
  readonly #dropped: string[] = [];

  constructor(parts: FrameStoreParts) {
    this.#parts = parts;
    this.#writer = new ArchiveWriter(parts);
  }

  /**
   * Takes over the frames of earlier lives, and keeps an eye on ages from here on.
   *
   * @param frames in the order in which they were accepted.
   * @param unreadable frames of which the archive has a record that cannot be read.
   */
  start(frames: readonly KnownFrame[], unreadable: readonly string[] = []): void {
    for (const frame of frames) {
      this.#keep(frame);
      if (!isEnded(frame)) continue;
      this.#count(frame, 1);
      this.#tally(frame);
    }
    const { clock } = this.#parts.archive;
    for (const id of unreadable) {
      const next = frames.find((frame) => ageOf(idOf(frame)) > ageOf(id));
      this.#unreadable.set(id, next === undefined ? clock.nowMs() : keptSinceOf(next));
    }
    this.prune();
    const everyMs = Math.min(PRUNE_MS, this.#parts.bounds.ageMs / 10);
    this.#pruning = setInterval(() => {
      this.prune();
      this.#writer.retry();
    }, everyMs).unref();
    this.#notingTime = setInterval(() => void this.#parts.archive.noteTime(), NOTE_TIME_MS).unref();
  }

  /** @param listener is told of each frame that the gateway forgets. */
  onForgotten(listener: (frame: string) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves when everything that is to be written has been, or could not be. */
  async stop(): Promise<void> {
    clearInterval(this.#pruning);
    clearInterval(this.#notingTime);
    await this.#writer.settled();
  }

  /** Why pictures cannot be stored at present; null when they can, as far as is known. */
  get failure(): ArchiveError | null {
    return this.#parts.archive.problem();
  }

  /** Whether pictures outlive the ends of their frames. */
  get keepsPictures(): boolean {
    return this.#parts.bounds.keepPictures;
  }

  get openCount(): number {
    return this.#frames.size - this.#endedCount;
  }

  /** Frames by how they ended: since the start, and those of earlier lives that were kept then. */
  get endedCounts(): Readonly<Record<'complete' | 'failed' | 'dropped', number>> {
    return this.#ended;
  }

  /** Open frames of one claimant. */
  openOf(claimant: string): number {
    return this.#openOf.get(claimant) ?? 0;
  }

  get(id: string): KnownFrame | undefined {
    return this.#frames.get(id);
  }

  /** Undefined for one that has ended as well. */
  open(id: string): FrameRecord | undefined {
    const frame = this.#frames.get(id);
    return frame === undefined || isEnded(frame) ? undefined : frame;
  }

  /** The frame that a submission of this name became. */
  byKey(key: string): { readonly id: string; readonly digest: string } | null {
    const id = this.#idOfKey.get(key);
    return id === undefined ? null : { id, digest: this.#frames.get(id)!.request!.digest };
  }

  /**
   * A new frame: it is safe in the archive when this resolves.
   *
   * @throws ArchiveError when it could not be written; then the frame is not there.
   */
  async admit(record: FrameRecord): Promise<void> {
    record.keptSinceMs = this.#parts.archive.clock.nowMs();
    try {
      await this.#parts.archive.accept(openFrameOf(record), record.bytes!);
    } catch (error) {
      this.#parts.metrics.storeFailures.inc({ what: 'accept' });
      throw error;
    }
    this.#keep(record);
  }

  /** Facts of these frames have changed. Resolves also when they could not be written. */
  async update(frames: readonly KnownFrame[]): Promise<void> {
    await this.#writer.update(frames.map((frame) => (isEnded(frame) ? frame : openFrameOf(frame))));
  }

  /** An open frame is started on this device, which a later life of the gateway should know. */
  sourced(record: FrameRecord, source: string): void {
    if (record.source === source) return;
    record.source = source;
    void this.update([record]);
  }

  /** Newest first. */
  list(filter: FrameFilter): Schemas['Frame'][] {
    const found: Schemas['Frame'][] = [];
    const end = filter.before === undefined ? null : ageOf(filter.before);
    for (const [id, frame] of [...this.#frames].reverse()) {
      // Compared, not looked for: that frame may have been forgotten since the last page.
      if (end !== null && ageOf(id) >= end) continue;
      const document = documentOf(frame);
      if (!isWanted({ ...document, createdMs: Date.parse(document.createdAt) }, filter)) continue;
      found.push(document);
      if (found.length >= filter.limit) break;
    }
    return found;
  }

  /** A record says that it has ended: frees what only an open frame needs, and what is beyond the bounds. */
  ended(record: FrameRecord): void {
    record.pictureKept = this.#parts.bounds.keepPictures && record.state !== 'dropped';
    record.input = null;
    const others = this.openOf(record.claimant) - 1;
    if (others > 0) this.#openOf.set(record.claimant, others);
    else this.#openOf.delete(record.claimant);
    record.bytes = null;
    const frame = endedFrameOf(record);
    this.#frames.set(record.id, frame);
    this.#count(frame, 1);
    this.#tally(frame);
    this.#writer.end(frame, traceDocument(record));
    this.#waiters.ended(frame.document);
    this.prune();
  }

  /**
   * Forgets an ended frame, in memory and in the archive.
   *
   * @throws ArchiveError when its facts could not be removed there; its picture is gone.
   */
  async remove(id: string): Promise<void> {
    this.#forget(id);
    await this.#parts.archive.remove([id]);
  }

  /** The frame when it has ended; null when `ms` have passed before, or when the signal is aborted. */
  async waitForEnd(id: string, ms: number, signal: AbortSignal): Promise<Schemas['Frame'] | null> {
    const frame = this.#frames.get(id);
    if (frame === undefined) return null;
    return isEnded(frame) ? frame.document : this.#waiters.wait(id, ms, signal);
  }

  /** @throws HttpProblem 410 when it is not there any more. */
  async picture(frame: KnownFrame): Promise<Uint8Array> {
    const open = !isEnded(frame);
    if (open && frame.bytes !== null) return frame.bytes;
    const { id, picture, state } = documentOf(frame);
    if (!picture.kept) {
      const why =
        state === 'dropped' ? 'it was dropped' : 'the frame ended: store.keepPictures is false in cluster.yaml';
      throw new HttpProblem('DT_PICTURE_NOT_KEPT', `the picture of frame ${id} was deleted when ${why}`);
    }
    const checksum = open ? frame.picture.checksum : frame.checksum;
    const bytes = await this.#parts.archive.picture(id, { bytes: picture.bytes, checksum });
    if (bytes !== null) return bytes;
    throw new HttpProblem('DT_PICTURE_LOST', `the picture of frame ${id} is missing in the store, or damaged`);
  }

  /** Null when it is not there any more. */
  async trace(frame: KnownFrame): Promise<FrameTraceDocument | null> {
    if (!isEnded(frame)) return traceDocument(frame);
    const { id } = frame.document;
    return this.#writer.traceOf(id) ?? (await this.#parts.archive.trace(id));
  }

  /** Forgets the oldest ended frames, as long as there is one that is too old, or are more than may be. */
  prune(): void {
    const { ageMs, bytes, frames } = this.#parts.bounds;
    const oldestMs = this.#parts.archive.clock.nowMs() - ageMs;
    // So that cameras that are too fast do not displace results.
    const surplus = this.#dropped.splice(0, this.#dropped.length - Math.ceil(DROPPED_SHARE * frames));
    const forgotten = surplus.filter((id) => this.#frames.has(id));
    for (const id of forgotten) this.#forget(id);
    for (const [id, frame] of this.#frames) {
      if (!isEnded(frame)) continue;
      const within = this.#endedCount <= frames && this.#endedBytes <= bytes;
      if (within && keptSinceOf(frame) >= oldestMs) break;
      this.#forget(id);
      forgotten.push(id);
    }
    const unreadable = [...this.#unreadable].filter(([, sinceMs]) => sinceMs < oldestMs).map(([id]) => id);
    for (const id of unreadable) this.#unreadable.delete(id);
    this.#writer.remove([...forgotten, ...unreadable]);
  }

  #keep(frame: KnownFrame): void {
    const id = idOf(frame);
    this.#frames.set(id, frame);
    if (!isEnded(frame)) this.#openOf.set(frame.claimant, this.openOf(frame.claimant) + 1);
    if (frame.request !== null) this.#idOfKey.set(frame.request.key, id);
  }

  #forget(id: string): void {
    const frame = this.#frames.get(id);
    if (frame === undefined || !isEnded(frame)) return;
    this.#frames.delete(id);
    this.#writer.forget(id);
    this.#count(frame, -1);
    if (frame.request !== null) this.#idOfKey.delete(frame.request.key);
    for (const listener of this.#listeners) listener(id);
  }

  #tally({ document: { id, state } }: EndedFrame): void {
    if (state === 'complete' || state === 'failed' || state === 'dropped') this.#ended[state]++;
    if (state === 'dropped') this.#dropped.push(id);
  }

  #count({ document: { picture } }: EndedFrame, sign: 1 | -1): void {
    this.#endedCount += sign;
    if (picture.kept) this.#endedBytes += sign * picture.bytes;
  }
}

export function isEnded(frame: KnownFrame): frame is EndedFrame {
  return frame.kind === 'ended';
}

function keptSinceOf(frame: KnownFrame): number {
  return keptSinceMs(isEnded(frame) ? frame : openFrameOf(frame));
}

/** The frame as the API shows it. */
export function documentOf(frame: KnownFrame): Schemas['Frame'] {
  return isEnded(frame) ? frame.document : frameDocument(frame);
}
