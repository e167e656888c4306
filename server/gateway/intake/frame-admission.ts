import { joinSignals } from '../../../client/deadline-signal.js';
import { hasCode } from '../../errors.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { QueuePolicy } from '../../scheduling/policy/waiting-order.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import type { IdempotentRequest } from '../archive/frame-archive.js';
import type { LedgerRuntime } from '../dispatch/ledger-runtime.js';
import { deviceClaimant, originOf } from '../frames/frame-record.js';
import type { FrameStore } from '../frames/frame-store.js';
import { CameraGate } from './camera-gate.js';
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
  /** Bound on the devices that compute it together; the strategy's own when absent. */
  readonly members: number | undefined;
  /** The time from its acceptance within which it is to be answered; no bound when absent. */
  readonly withinMs: number | undefined;
  /** That the picture is of, where it names one. */
  readonly camera: string | null;
  /** Words of the client's own; absent where it gives none. */
  readonly tags: readonly string[] | undefined;
  /** `latest` with a camera only. */
  readonly queue: QueuePolicy;
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

/** A submission that has passed the quota of open frames. */
interface Admitted {
  readonly claimant: string;
  readonly request: IdempotentRequest | null;
  /** Called once the picture becomes a frame. */
  arrived(): void;
}

/** The frame that a submission became. */
export interface Accepted {
  readonly id: string;
  /** An earlier submission of this name became it. */
  readonly isReplay: boolean;
}

/** The claimant whom a frame counts for: the device that sent it for its camera, else the client's host. */
function claimantOf({ client, delivered, source }: Submission): string {
  return delivered && source !== null ? deviceClaimant(source) : `client ${client}`;
}

/** Accepts frames: everything that can be wrong with a picture is found before a frame is allotted. */
export class FrameAdmission {
  readonly #parts: FrameAdmissionParts;
  readonly #keys: SubmissionKeys<string>;
  readonly #gate = new CameraGate();
  /** Pictures under admission whose frames `auto` will place. */
  #arriving = 0;

  constructor(parts: FrameAdmissionParts) {
    this.#parts = parts;
    this.#keys = new SubmissionKeys((key) => {
      const known = parts.store.byKey(key);
      return known && { digest: known.digest, outcome: known.id };
    });
    parts.telemetry.metrics.holds('pictures that wait behind one of their camera', () => this.#gate.size);
  }

  /**
   * Makes a submission a frame, which is stored when this resolves.
   *
   * @throws HttpProblem 429 when as many frames are open as may be, or too many of its claimant; 503 when there is no device for
   *   it, and none comes while it waits; 422 when its key names another submission; 409 when a newer picture of its camera comes.
   * @throws DeepThingsError of imaging when it is no picture that can be taken, `ArchiveError` when it cannot be stored.
   */
  async accept(submission: Submission): Promise<Accepted> {
    const { askedStrategy, bytes, key, members, source, tags, withinMs } = submission;
    if (key === null) return { id: await this.#acceptNew(submission, null), isReplay: false };
    const digest = await submissionDigest(bytes, { source, strategy: askedStrategy, members, withinMs, tags });
    const accept = () => this.#acceptNew(submission, { key, digest });
    const { outcome: id, isReplay } = await this.#keys.accept(key, digest, accept);
    return { id, isReplay };
  }

  async #acceptNew(submission: Submission, request: IdempotentRequest | null): Promise<string> {
    const { camera, queue } = submission;
    if (camera === null || queue === 'all') return this.#held(submission, request);
    try {
      return await this.#gate.pass(camera, async (superseded) => {
        const gone = joinSignals([submission.wait?.gone, superseded]);
        const wait = submission.wait && { ...submission.wait, gone: gone.signal };
        return this.#held({ ...submission, wait }, request).finally(() => gone.release());
      });
    } catch (error) {
      if (hasCode(error, 'DT_FRAME_SUPERSEDED')) this.#parts.telemetry.metrics.framesDropped.inc();
      throw error;
    }
  }

  async #held(submission: Submission, request: IdempotentRequest | null): Promise<string> {
    const { ledger, quota, sources } = this.#parts;
    const { camera, queue, source, wait } = submission;
    const claimant = claimantOf(submission);
    const accept = () => {
      sources.require(source, wait);
      return this.#announced(submission, (arrived) => this.#accept(submission, { claimant, request, arrived }));
    };
    // An older frame of its camera makes room for it.
    const hasRoom = camera !== null && queue === 'latest' && ledger.hasDroppable(originOf({ camera, claimant }));
    return hasRoom ? accept() : quota.hold(claimant, accept);
  }

  /**
   * Counts a picture as arriving while `accept` runs, so that earlier frames leave devices for its frame.
   *
   * @param accept makes the frame; it calls `arrived` just before the ledger has it.
   */
  async #announced<T>(submission: Submission, accept: (arrived: () => void) => Promise<T>): Promise<T> {
    const { distribution } = this.#parts.factory.partition(submission);
    let isArriving = distribution?.kind === 'gang' && distribution.members === 'auto';
    if (isArriving) this.#arrive(1);
    const arrived = () => {
      if (isArriving) this.#arrive(-1);
      isArriving = false;
    };
    try {
      return await accept(arrived);
    } finally {
      arrived();
    }
  }

  #arrive(more: 1 | -1): void {
    this.#arriving += more;
    this.#parts.ledger.apply({ kind: 'pictures-arriving', count: this.#arriving });
  }

  async #accept(submission: Submission, { arrived, claimant, request }: Admitted): Promise<string> {
    const { bytes, camera, source, delivered, members, output, queue, strategy, tags, wait, withinMs } = submission;
    const { factory, ledger, sources, store, telemetry } = this.#parts;
    const { log, metrics, nowMs } = telemetry;
    const { parts, distribution } = factory.partition(submission);
    metrics.bytesReceived.inc({ kind: 'picture' }, bytes.byteLength);
    const picture = await factory.read(bytes, strategy);
    await sources.wait(source, wait);
    const named = { ...(camera !== null && { camera, queue }), ...(tags !== undefined && { tags }) };
    const record = factory.create(
      picture,
      { ...named, claimant, strategy, members, withinMs, source: source ?? '', request },
      output,
    );
    const { id: frame, trace } = record;
    if (delivered) {
      trace.countSent('picture', bytes.byteLength);
      if (strategyNamed(strategy).placement === 'source') record.sourcedMs = nowMs();
    }
    await store.admit(record);
    const place = { origin: originOf(record), queue };
    arrived();
    // All this took a while; a source that was lost meanwhile is found out by the ledger.
    ledger.apply({ kind: 'frame-accepted', frame, parts, source, delivered, distribution, ...place });
    store.sourced(record, ledger.sourceOf(frame) ?? record.source);
    const { width, height } = record.picture;
    log.info({ frame, source: record.source, width, height, bytes: bytes.byteLength }, 'frame accepted');
    return frame;
  }
}
