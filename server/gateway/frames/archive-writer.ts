import type { Logger } from '../../node/observe/logger.js';
import type { NodeMetrics } from '../../node/observe/metrics.js';
import type { ArchivedFrame, EndedFrame, FrameArchive, FrameTraceDocument } from '../archive/frame-archive.js';

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
  readonly #underWay = new Set<Promise<boolean>>();

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

  remove(ids: readonly string[]): void {
    if (ids.length > 0) void this.#write('remove', this.#parts.archive.remove(ids));
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
    this.#underWay.add(written);
    void written.then(() => this.#underWay.delete(written));
    return written;
  }
}
