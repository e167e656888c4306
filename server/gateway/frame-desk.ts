import type { FtpPlan } from '../geometry/ftp-plan.js';
import { neededMacs } from '../geometry/plan-cost.js';
import { letterboxPicture } from '../imaging/letterbox.js';
import { inspectPicture, type PictureLimits } from '../imaging/picture-header.js';
import type { Network } from '../model/network.js';
import type { Logger } from '../node/logger.js';
import type { NodeMetrics } from '../node/metrics.js';
import { HttpProblem } from '../node/problem.js';
import { admitFrame } from '../scheduling/admission.js';
import type { Distribution } from '../scheduling/ledger-state.js';
import { isStealing, type Strategy } from '../scheduling/strategy.js';
import type { DeviceRegistry } from './device-registry.js';
import { type FrameRecord, newFrameRecord } from './frame-record.js';
import type { FrameStore } from './frame-store.js';
import { FrameTrace } from './frame-trace.js';
import type { LedgerKeeper } from './ledger-keeper.js';
import type { ProblemNotices } from './problem-notices.js';

export interface FrameDeskParts {
  readonly epoch: string;
  readonly network: Network;
  readonly plan: FtpPlan;
  readonly limits: PictureLimits & { readonly queuedFrames: number };
  readonly registry: DeviceRegistry;
  readonly notices: ProblemNotices;
  readonly store: FrameStore;
  readonly keeper: LedgerKeeper;
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
  readonly strategy: Strategy;
  /** Network address of the client that sent it. */
  readonly client: string;
}

/** Who a frame counts for: the device that sent it for its camera, else the client's host. */
function claimantOf({ client, delivered, source }: Submission): string {
  return delivered ? `device ${source}` : `client ${client}`;
}

/** Accepts frames: everything that can be wrong with a picture is found before a frame is allotted. */
export class FrameDesk {
  readonly #parts: FrameDeskParts;
  /** Pictures being looked at, by who they are of; they count as frames. */
  readonly #inHand = new Map<string, number>();
  #lastNumber = 0;

  constructor(parts: FrameDeskParts) {
    this.#parts = parts;
  }

  /**
   * @throws HttpProblem 429 when as many frames are open as may be, or too many of who sends it; 503 when there is no device for it.
   * @throws DeepThingsError of imaging when it is no picture that can be taken.
   */
  async accept(submission: Submission): Promise<FrameRecord> {
    const claimant = claimantOf(submission);
    this.#requireRoom(claimant);
    this.#requireSource(submission.source);
    this.#take(claimant, 1);
    try {
      return await this.#accept(submission, claimant);
    } finally {
      this.#take(claimant, -1);
    }
  }

  #take(claimant: string, more: 1 | -1): void {
    const count = (this.#inHand.get(claimant) ?? 0) + more;
    if (count === 0) this.#inHand.delete(claimant);
    else this.#inHand.set(claimant, count);
  }

  async #accept({ bytes, source, delivered, strategy }: Submission, claimant: string): Promise<FrameRecord> {
    const { epoch, keeper, limits, log, metrics, network, nowMs, plan, store } = this.#parts;
    const tiles = plan.tiles.length;
    metrics.bytesReceived.inc({ kind: 'picture' }, bytes.byteLength);
    const { mediaType, width, height } = await inspectPicture(bytes, limits);
    const letterboxed = await letterboxPicture(bytes, network);
    // Decoding took a while; a source that was lost meanwhile is found out by the ledger.
    const id = `${epoch}-${(++this.#lastNumber).toString(36)}`;
    const picture = { bytes, mediaType, width, height };
    const trace = new FrameTrace(tiles, nowMs(), neededMacs(plan.layers));
    const record = newFrameRecord({
      id,
      nowMs: Date.now(),
      claimant,
      source: source ?? '',
      strategy,
      picture,
      letterboxed,
      trace,
    });
    if (delivered) {
      trace.travelled('picture', bytes.byteLength);
      if (isStealing(strategy)) record.sourcedMs = nowMs();
    }
    store.add(record);
    const distribution = this.#distributionOf(strategy);
    const parts = distribution.kind === 'layered' ? 1 : tiles;
    keeper.apply({ kind: 'frame-accepted', frame: id, parts, source, delivered, distribution });
    record.source = keeper.sourceOf(id) ?? record.source;
    log.info({ frame: id, source: record.source, width, height, bytes: bytes.byteLength }, 'frame accepted');
    return record;
  }

  #distributionOf(strategy: Strategy): Distribution {
    if (isStealing(strategy)) return { kind: 'stealing' };
    if (strategy === 'ftp-wsh') return { kind: 'sharing' };
    const { layers, maps } = this.#parts.plan;
    return { kind: 'layered', layers: layers.length, mostSlices: maps.at(-1)!.height };
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
    notices.tell('DT_OVERLOADED', `${open} frames are queued and more are refused: send fewer, or add devices`);
    throw new HttpProblem(429, 'DT_OVERLOADED', detail, { retryAfterSeconds: 1 });
  }

  #requireSource(source: string | null): void {
    const { registry } = this.#parts;
    const later = { retryAfterSeconds: 2 };
    if (source !== null && !registry.has(source)) {
      throw new HttpProblem(422, 'DT_DEVICE_UNKNOWN', `the cluster has no device ${source}; GET /cluster lists them`);
    }
    if (source !== null && !registry.maySource(source)) {
      const detail = `device ${source} only steals (source: false in cluster.yaml): no frame starts on it`;
      throw new HttpProblem(422, 'DT_DEVICE_NO_SOURCE', detail);
    }
    if (source !== null && !registry.isLive(source)) {
      throw new HttpProblem(
        503,
        'DT_SOURCE_NOT_LIVE',
        `device ${source} is not live now; GET /cluster says why`,
        later,
      );
    }
    if (!registry.anySourceLive) {
      const detail = 'no device is registered with the gateway, so nothing can be computed; GET /cluster says why';
      throw new HttpProblem(503, 'DT_NO_DEVICE', detail, later);
    }
  }
}
