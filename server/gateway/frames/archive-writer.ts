import type { Logger } from '../../node/observe/logger.js';
import type { NodeMetrics } from '../../node/observe/metrics.js';
import type { ArchivedFrame, EndedFrame, FrameArchive, FrameTraceDocument } from '../archive/frame-archive.js';
import { SharedSync } from '../archive/lmdb/shared-sync.js';

export interface ArchiveWriterParts {
  readonly archive: FrameArchive;
  readonly metrics: Pick<NodeMetrics, 'storeFailures'>;
  readonly log: Logger;
}

interface End {
  readonly frame: EndedFrame;
  readonly trace: FrameTraceDocument;
  hasFailed: boolean;
}

/**
 * What is written to the archive while nobody waits for it. What could not be written is told and counted; a frame's end
 * stays in memory then, and is tried again.
 */
export class ArchiveWriter {
  readonly #parts: ArchiveWriterParts;
  /** Ends that are not in the archive yet. */
  readonly #ends = new Map<string, End>();
  readonly #underWay = new Set<Promise<unknown>>();
  /** Frames that are to be removed with the next removal. */
  #removed: string[] = [];
  readonly #removals = new SharedSync(() => this.#removeAll());

  constructor(parts: ArchiveWriterParts) {
    this.#parts = parts;
  }

  /** The trace of a frame whose end is not in the archive yet. */
  traceOf(id: string): FrameTraceDocument | undefined {
    return this.#ends.get(id)?.trace;
  }

  end(frame: EndedFrame, trace: FrameTraceDocument): void {
    this.#save({ frame, trace, hasFailed: false });
  }

  /** Resolves also when it could not be done. */
  async update(frames: readonly ArchivedFrame[]): Promise<void> {
    if (frames.length > 0) await this.#write('update', this.#parts.archive.update(frames));
  }

  /** One removal is under way at a time: frames that are to be removed meanwhile go together, which syncs the disk less often. */
  remove(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#removed.push(...ids);
    void this.#track(this.#removals.run());
  }

  /** A frame that is forgotten needs no end any more. */
  forget(id: string): void {
    this.#ends.delete(id);
  }

  /** Tries the ends again that could not be written. */
  retry(): void {
    for (const end of this.#ends.values()) if (end.hasFailed) this.#save({ ...end, hasFailed: false });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #removeAll(): Promise<void> {
    const ids = this.#removed;
    this.#removed = [];
    if (ids.length > 0) await this.#write('remove', this.#parts.archive.remove(ids));
  }

  #save(end: End): void {
    const { id } = end.frame.document;
    this.#ends.set(id, end);
    void this.#write('end', this.#parts.archive.end(end.frame, end.trace)).then((written) => {
      if (!written) end.hasFailed = true;
      else if (this.#ends.get(id) === end) this.#ends.delete(id);
    });
  }

  /** @returns whether it was written. */
  #write(what: string, writing: Promise<void>): Promise<boolean> {
    const written = writing.then(
      () => true,
      (error: Error) => {
        this.#parts.metrics.storeFailures.inc({ what });
        this.#parts.log.error({ err: error }, error.message);
        return false;
      },
    );
    return this.#track(written);
  }

  /** @param work never rejects. */
  #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    void work.then(() => this.#underWay.delete(work));
    return work;
  }
}
