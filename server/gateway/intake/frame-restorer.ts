import type { ErrorCode } from '../../error-codes.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import {
  type ArchiveContents,
  type EndedFrame,
  type FrameArchive,
  idOf,
  keptSinceMs,
} from '../archive/frame-archive.js';
import type { FrameFinisher } from '../dispatch/frame-finisher.js';
import type { LedgerRuntime } from '../dispatch/ledger-runtime.js';
import { ageOf } from '../frames/frame-filter.js';
import { type FrameRecord, originOf } from '../frames/frame-record.js';
import type { FrameStore, KnownFrame } from '../frames/frame-store.js';
import { type FrameFactory, isLetterboxed } from './frame-factory.js';

/** A frame that was open at so many ends of a gateway that nobody had asked for may be what ended it. */
const MOST_CRASHES = 3;

export interface FrameRestorerParts {
  readonly archive: FrameArchive;
  readonly store: FrameStore;
  readonly factory: FrameFactory;
  readonly ledger: LedgerRuntime;
  readonly finisher: Pick<FrameFinisher, 'end'>;
  readonly telemetry: Telemetry;
}

/** Takes up the frames of earlier lives of the gateway: ended ones are history, open ones go on. */
export class FrameRestorer {
  readonly #parts: FrameRestorerParts;

  constructor(parts: FrameRestorerParts) {
    this.#parts = parts;
  }

  async restore(contents: ArchiveContents): Promise<void> {
    const { archive, factory, finisher, ledger, store, telemetry } = this.#parts;
    const { log } = telemetry;
    const sorted = [...contents.frames].sort((a, b) => (ageOf(idOf(a)) < ageOf(idOf(b)) ? -1 : 1));
    const known = sorted.map((frame) => {
      if (frame.kind === 'ended') return this.#asConfigured(frame);
      const ageMs = Math.max(0, archive.clock.nowMs() - keptSinceMs(frame));
      return factory.restore(frame, ageMs, contents.afterCrash);
    });
    const open = known.filter((frame): frame is FrameRecord => frame.kind === 'open');
    store.start(known, contents.unreadable);
    // Before any of their pictures is looked at: one may be what ended the gateway.
    await store.update([...open, ...changed(sorted, known)]);
    if (known.length > 0) log.info({ ended: known.length - open.length, open: open.length }, 'frames taken over');
    for (const record of open) {
      const failure = await this.#prepare(record);
      if (failure !== null) {
        finisher.end(record, { kind: 'failed', ...failure });
        continue;
      }
      const { id: frame, queue = 'all', restarts: life, generation, source } = record;
      const place = { origin: originOf(record), queue };
      const cut = factory.partition(record);
      ledger.apply({ kind: 'frame-restored', frame, source, ...place, life, generation, ...cut });
      log.warn({ frame, restarts: life }, 'frame taken up again');
    }
  }

  /** Pictures are not kept any longer than cluster.yaml says now. */
  #asConfigured(frame: EndedFrame): EndedFrame {
    const { picture } = frame.document;
    if (this.#parts.store.keepsPictures || !picture.kept) return frame;
    return { ...frame, document: { ...frame.document, picture: { ...picture, kept: false } } };
  }

  /** Gets the frame's picture, and letterboxes it again. @returns why the frame cannot go on; null when it can. */
  async #prepare(record: FrameRecord): Promise<{ code: ErrorCode; detail: string } | null> {
    const { archive, factory, telemetry } = this.#parts;
    const { crashes, id, picture } = record;
    if (crashes > MOST_CRASHES) {
      const detail = `the gateway ended ${crashes} times without being stopped while this frame was open: it is not tried again`;
      return { code: 'DT_GATEWAY_CRASHES', detail };
    }
    try {
      const bytes = await archive.picture(id, picture);
      if (bytes === null) {
        return { code: 'DT_PICTURE_LOST', detail: 'its picture is missing in the store, or damaged' };
      }
      if (!isLetterboxed(record.strategy)) {
        Object.assign(record, { bytes, inputDigest: null });
        return null;
      }
      const { data, digest } = await factory.letterbox(bytes);
      if (digest !== record.inputDigest) {
        telemetry.log.warn({ frame: id }, 'this picture decoder differs from the one before');
      }
      Object.assign(record, { bytes, input: data, inputDigest: digest });
      return null;
    } catch (error) {
      return { code: 'DT_PICTURE_LOST', detail: `its picture cannot be read again: ${(error as Error).message}` };
    }
  }
}

/** Ended frames that are no longer as the archive has them. */
function changed(before: ArchiveContents['frames'], after: readonly KnownFrame[]): EndedFrame[] {
  return after.filter((frame, i): frame is EndedFrame => frame.kind === 'ended' && frame !== before[i]);
}
