import {
  type ArchiveContents,
  type ArchivedFrame,
  type EndedFrame,
  type FrameArchive,
  type FrameTraceDocument,
  nextEpoch,
  type OpenFrame,
} from './frame-archive.js';
import { StoreClock } from './store-clock.js';

/** Frames in this process's memory, gone with it. */
export class MemoryArchive implements FrameArchive {
  readonly clock = new StoreClock(Date.now());
  readonly #pictures = new Map<string, Uint8Array>();
  readonly #traces = new Map<string, FrameTraceDocument>();

  async open(nowMs: number): Promise<ArchiveContents> {
    return { epoch: nextEpoch(nowMs, null), frames: [], unreadable: [], quarantined: [], afterCrash: false };
  }

  async accept({ id }: OpenFrame, picture: Uint8Array): Promise<void> {
    this.#pictures.set(id, picture);
  }

  async update(frames: readonly ArchivedFrame[]): Promise<void> {
    for (const frame of frames) {
      if (frame.kind === 'ended' && !frame.document.picture.kept) this.#pictures.delete(frame.document.id);
    }
  }

  async end({ document: { id, picture } }: EndedFrame, trace: FrameTraceDocument): Promise<void> {
    this.#traces.set(id, trace);
    if (!picture.kept) this.#pictures.delete(id);
  }

  async picture(id: string): Promise<Uint8Array | null> {
    return this.#pictures.get(id) ?? null;
  }

  async trace(id: string): Promise<FrameTraceDocument | null> {
    return this.#traces.get(id) ?? null;
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#pictures.delete(id);
      this.#traces.delete(id);
    }
  }

  /** Nothing here outlives the process, which knows them itself. */
  async quarantine(): Promise<void> {}

  /** The clock ends with the process. */
  async noteTime(): Promise<void> {}

  /** Memory has no room of its own that could run out. */
  problem(): null {
    return null;
  }

  async close(): Promise<void> {
    this.#pictures.clear();
    this.#traces.clear();
  }
}
