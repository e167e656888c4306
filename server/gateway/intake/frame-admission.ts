import type { Telemetry } from '../../node/observe/telemetry.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import type { IdempotentRequest } from '../archive/frame-archive.js';
import type { LedgerRuntime } from '../dispatch/ledger-runtime.js';
import type { FrameStore } from '../frames/frame-store.js';
import type { FrameFactory } from './frame-factory.js';
import type { OpenFrameQuota } from './open-frame-quota.js';
import type { SourceWaiters, SubmissionWait } from './source-waiters.js';
import { SubmissionKeys, submissionDigest } from './submission-keys.js';

export interface FrameAdmissionParts {
  readonly sources: SourceWaiters;
  readonly quota: OpenFrameQuota;
  readonly factory: FrameFactory;
  readonly store: FrameStore;
  readonly ledger: LedgerRuntime;
  readonly telemetry: Telemetry;
}

export interface Submission {
  readonly bytes: Uint8Array;
  /** Null: the gateway chooses. */
  readonly source: string | null;
  /** Whether the source sent it itself and has the picture. */
  readonly delivered: boolean;
  readonly strategy: StrategyName;
  /** Network address of the client that sent it. */
  readonly client: string;
  /** Null: a submission without a name, which is a new frame each time. */
  readonly key: string | null;
  /** Whether what devices hand over may be kept. */
  readonly output: boolean;
  /** The strategy as it was asked for, if it was. */
  readonly askedStrategy: StrategyName | null;
  /** Null: it is refused at once when no device can take it. */
  readonly wait: SubmissionWait | null;
}

/** The frame that a submission became. */
export interface Accepted {
  readonly id: string;
  /** An earlier submission of this name became it. */
  readonly isReplay: boolean;
}

/** The claimant whom a frame counts for: the device that sent it for its camera, else the client's host. */
function claimantOf({ client, delivered, source }: Submission): string {
  return delivered ? `device ${source}` : `client ${client}`;
}

/** Accepts frames: everything that can be wrong with a picture is found before a frame is allotted. */
export class FrameAdmission {
  readonly #parts: FrameAdmissionParts;
  readonly #keys: SubmissionKeys<string>;

  constructor(parts: FrameAdmissionParts) {
    this.#parts = parts;
    this.#keys = new SubmissionKeys((key) => {
      const known = parts.store.byKey(key);
      return known && { digest: known.digest, outcome: known.id };
    });
  }

  /**
   * Makes a submission a frame, which is stored when this resolves.
   *
   * @throws HttpProblem 429 when as many frames are open as may be, or too many of its claimant; 503 when there is no device for
   *   it, and none comes while it waits; 422 when its key names another submission.
   * @throws DeepThingsError of imaging when it is no picture that can be taken, `ArchiveError` when it cannot be stored.
   */
  async accept(submission: Submission): Promise<Accepted> {
    const { askedStrategy, bytes, key, source } = submission;
    if (key === null) return { id: await this.#acceptNew(submission, null), isReplay: false };
    const digest = await submissionDigest(bytes, { source, strategy: askedStrategy });
    const accept = () => this.#acceptNew(submission, { key, digest });
    const { outcome: id, isReplay } = await this.#keys.accept(key, digest, accept);
    return { id, isReplay };
  }

  #acceptNew(submission: Submission, request: IdempotentRequest | null): Promise<string> {
    const { quota, sources } = this.#parts;
    const claimant = claimantOf(submission);
    return quota.hold(claimant, () => {
      sources.require(submission.source, submission.wait);
      return this.#accept(submission, claimant, request);
    });
  }

  async #accept(submission: Submission, claimant: string, request: IdempotentRequest | null): Promise<string> {
    const { bytes, source, delivered, output, strategy, wait } = submission;
    const { factory, ledger, sources, store, telemetry } = this.#parts;
    const { log, metrics, nowMs } = telemetry;
    const { parts, distribution } = factory.partition(strategy);
    metrics.bytesReceived.inc({ kind: 'picture' }, bytes.byteLength);
    const picture = await factory.read(bytes, strategy);
    await sources.wait(source, wait);
    const record = factory.create(picture, { claimant, strategy, source: source ?? '', request }, output);
    const { id: frame, trace } = record;
    if (delivered) {
      trace.countSent('picture', bytes.byteLength);
      if (strategyNamed(strategy).placement === 'source') record.sourcedMs = nowMs();
    }
    await store.admit(record);
    // All this took a while; a source that was lost meanwhile is found out by the ledger.
    ledger.apply({ kind: 'frame-accepted', frame, parts, source, delivered, distribution, origin: claimant });
    store.sourced(record, ledger.sourceOf(frame) ?? record.source);
    const { width, height } = record.picture;
    log.info({ frame, source: record.source, width, height, bytes: bytes.byteLength }, 'frame accepted');
    return frame;
  }
}
