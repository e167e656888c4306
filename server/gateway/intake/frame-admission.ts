import { crc32 } from 'node:zlib';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import { neededMacs } from '../../geometry/layer-macs.js';
import { letterboxPicture } from '../../imaging/letterbox.js';
import { inspectPicture, type PictureLimits } from '../../imaging/picture-header.js';
import type { Network } from '../../model/network.js';
import { ConditionWaiters } from '../../node/condition-waiters.js';
import { drainingProblem } from '../../node/draining.js';
import type { Logger } from '../../node/observe/logger.js';
import type { NodeMetrics } from '../../node/observe/metrics.js';
import { HttpProblem } from '../../node/problems/problem.js';
import { admitFrame } from '../../scheduling/policy/admission.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import type { IdempotentRequest } from '../archive/frame-archive.js';
import type { DeviceRegistry } from '../devices/device-registry.js';
import type { ProblemNotices } from '../devices/problem-notices.js';
import type { LedgerRuntime } from '../dispatch/ledger-runtime.js';
import { newFrameRecord } from '../frames/frame-record.js';
import type { FrameStore } from '../frames/frame-store.js';
import { FrameTrace } from '../frames/frame-trace.js';
import { SubmissionKeys, submissionDigest } from './submission-keys.js';

export interface FrameAdmissionParts {
  readonly epoch: string;
  readonly network: Network;
  readonly plan: FtpPlan;
  readonly limits: PictureLimits & { readonly queuedFrames: number };
  readonly registry: DeviceRegistry;
  readonly notices: ProblemNotices;
  readonly store: FrameStore;
  readonly keeper: LedgerRuntime;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
  readonly nowMs: () => number;
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
  /** The strategy as it was asked for, if it was. */
  readonly askedStrategy: StrategyName | null;
  /** Null: it is refused at once when no device can take it. */
  readonly wait: SubmissionWait | null;
}

/** How long a submission waits for a device. */
export interface SubmissionWait {
  /** By the desk's clock. */
  readonly untilMs: number;
  /** Aborted when the client hangs up: its picture is dropped. */
  readonly gone: AbortSignal;
}

/** The frame that a submission became. */
export interface Accepted {
  readonly id: string;
  /** An earlier submission of this name became it. */
  readonly isReplay: boolean;
}

/** Who a frame counts for: the device that sent it for its camera, else the client's host. */
function claimantOf({ client, delivered, source }: Submission): string {
  return delivered ? `device ${source}` : `client ${client}`;
}

/** Accepts frames: everything that can be wrong with a picture is found before a frame is allotted. */
export class FrameAdmission {
  readonly #parts: FrameAdmissionParts;
  /** Pictures being looked at, by who they are of; they count as frames. */
  readonly #inHand = new Map<string, number>();
  #lastNumber = 0;
  readonly #keys: SubmissionKeys<string>;
  /** Pictures that are in order and wait for a device. */
  readonly #waiters = new ConditionWaiters();

  constructor(parts: FrameAdmissionParts) {
    this.#parts = parts;
    this.#keys = new SubmissionKeys((key) => {
      const known = parts.store.byKey(key);
      return known && { digest: known.digest, outcome: known.id };
    });
    parts.registry.onChange(() => this.#waiters.look());
  }

  /** Pictures that wait for a device. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Refuses the pictures that wait: the gateway takes no more. */
  refuseWaiting(): void {
    this.#waiters.end();
  }

  /**
   * @throws HttpProblem 429 when as many frames are open as may be, or too many of who sends it; 503 when there is no device for it,
   *   and none comes while it waits;
   *   422 when its key names another submission.
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

  async #acceptNew(submission: Submission, request: IdempotentRequest | null): Promise<string> {
    const claimant = claimantOf(submission);
    this.#requireRoom(claimant);
    this.#requireKnownSource(submission.source);
    const problem = this.#sourceProblem(submission.source);
    if (problem !== null && submission.wait === null) throw problem;
    this.#take(claimant, 1);
    try {
      return await this.#accept(submission, claimant, request);
    } finally {
      this.#take(claimant, -1);
    }
  }

  #take(claimant: string, more: 1 | -1): void {
    const count = (this.#inHand.get(claimant) ?? 0) + more;
    if (count === 0) this.#inHand.delete(claimant);
    else this.#inHand.set(claimant, count);
  }

  async #accept(submission: Submission, claimant: string, request: IdempotentRequest | null): Promise<string> {
    const { bytes, source, delivered, strategy } = submission;
    const { epoch, keeper, limits, log, metrics, network, nowMs, plan, store } = this.#parts;
    const { parts, distribution } = strategyNamed(strategy).partition(plan);
    metrics.bytesReceived.inc({ kind: 'picture' }, bytes.byteLength);
    const { mediaType, width, height } = await inspectPicture(bytes, limits);
    const letterboxed = await letterboxPicture(bytes, network);
    await this.#sourceOf(submission);
    const id = `${epoch}-${(++this.#lastNumber).toString(36)}`;
    const picture = { bytes: bytes.byteLength, checksum: crc32(bytes), mediaType, width, height };
    const trace = new FrameTrace(plan.tiles.length, nowMs(), neededMacs(plan.layers));
    const { data: input, digest: inputDigest, placement } = letterboxed;
    const facts = {
      kind: 'open',
      restarts: 0,
      crashes: 0,
      request,
      claimant,
      strategy,
      picture,
      inputDigest,
      placement,
    } as const;
    const created = { id, createdMs: Date.now(), source: source ?? '' };
    const record = newFrameRecord({ ...facts, ...created }, trace, { bytes, input });
    if (delivered) {
      trace.countSent('picture', bytes.byteLength);
      if (strategyNamed(strategy).placement === 'source') record.sourcedMs = nowMs();
    }
    await store.admit(record);
    // All this took a while; a source that was lost meanwhile is found out by the ledger.
    keeper.apply({ kind: 'frame-accepted', frame: id, parts, source, delivered, distribution });
    store.sourced(record, keeper.sourceOf(id) ?? record.source);
    log.info({ frame: id, source: record.source, width, height, bytes: bytes.byteLength }, 'frame accepted');
    return id;
  }

  #requireRoom(claimant: string): void {
    const { limits, notices, store } = this.#parts;
    const open = [...this.#inHand.values()].reduce((sum, count) => sum + count, store.openCount);
    const own = store.openOf(claimant) + (this.#inHand.get(claimant) ?? 0);
    const verdict = admitFrame({ limit: limits.queuedFrames, open, own });
    if (verdict === 'admitted') return;
    const detail =
      verdict === 'full'
        ? `${open} frames are queued, which is as many as may be; come back when one has ended`
        : `${own} of the ${open} queued frames are of this ${claimant}, and the other places are for others; come back when one has ended`;
    notices.report('DT_OVERLOADED', `${open} frames are queued and more are refused: send fewer, or add devices`);
    throw new HttpProblem({ code: 'DT_OVERLOADED', status: 429 }, detail, { retryAfterSeconds: 1 });
  }

  /** Waits for a device that can take the picture, as long as its client does. */
  async #sourceOf({ source, wait }: Submission): Promise<void> {
    const { log, nowMs, registry } = this.#parts;
    const isThere = () => this.#sourceProblem(source) === null;
    if (wait === null || isThere()) return;
    // A device leaves quarantine only when a person releases it.
    if (source !== null && registry.isQuarantined(source)) throw this.#sourceProblem(source)!;
    const waitMs = Math.max(0, wait.untilMs - nowMs());
    log.info({ source, waitMs }, 'a picture waits for a device');
    const end = await this.#waiters.wait(isThere, waitMs, wait.gone);
    if (end === 'ended') throw drainingProblem('the gateway');
    const problem = this.#sourceProblem(source);
    if (end === 'gone') throw new HttpProblem('DT_CLIENT_GONE', 'the client hung up while its picture waited');
    if (problem !== null) throw problem;
  }

  #requireKnownSource(source: string | null): void {
    const { registry } = this.#parts;
    if (source !== null && !registry.has(source)) {
      throw new HttpProblem(
        { code: 'DT_DEVICE_UNKNOWN', status: 422 },
        `the cluster has no device ${source}; GET /cluster lists them`,
      );
    }
    if (source !== null && !registry.maySource(source)) {
      const detail = `device ${source} only steals (source: false in cluster.yaml): no frame starts on it`;
      throw new HttpProblem('DT_DEVICE_NO_SOURCE', detail);
    }
  }

  /** Why no frame can start now; null when one can. */
  #sourceProblem(source: string | null): HttpProblem | null {
    const { registry } = this.#parts;
    const later = { retryAfterSeconds: 2 };
    if (source !== null && !registry.isLive(source)) {
      const detail = registry.isQuarantined(source)
        ? `device ${source} is in quarantine; GET /cluster says why`
        : `device ${source} is not live now; GET /cluster says why, ?wait=30 waits for it`;
      return new HttpProblem('DT_SOURCE_NOT_LIVE', detail, later);
    }
    if (registry.anySourceLive) return null;
    const detail =
      'no device is registered with the gateway, so nothing can be computed; GET /cluster says why, ?wait=30 waits for one';
    return new HttpProblem('DT_NO_DEVICE', detail, later);
  }
}
