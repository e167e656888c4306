import { createHash, randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Schemas } from '../../client/client.js';
import { ProblemError } from '../../client/problem-error.js';
import { isErrorCode } from '../error-codes.js';
import { DeepThingsError } from '../errors.js';
import { wholeMap } from '../geometry/region.js';
import { letterboxPicture } from '../imaging/letterbox.js';
import { sniffPicture } from '../imaging/picture-format.js';
import { inspectHeader, type PictureLimits } from '../imaging/picture-header.js';
import { transmittedRegion } from '../model/heads/placement.js';
import type { Network } from '../model/network.js';
import { CALLS } from '../node/contract/calls.js';
import type { Logger } from '../node/observe/logger.js';
import type { NodeMetrics } from '../node/observe/metrics.js';
import type { PeerClient } from '../node/peers/peer-client.js';
import { HttpProblem } from '../node/problems/problem.js';
import { requireTensor, type WirePlan } from '../node/wire/task-body.js';
import { formatRegion } from '../node/wire/wire-facts.js';
import type { ReuseBook } from '../scheduling/reuse/reuse-book.js';
import { NO_REUSE } from '../scheduling/reuse/tile-reuse.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import type { StrategyName } from '../scheduling/strategies/strategy.js';
import { decodeSafetensors } from '../tensor/safetensors.js';
import type { Drain } from './drain.js';
import type { FrameGenerations } from './frames/frame-generations.js';
import type { OwnFrames } from './frames/own-frames.js';
import type { EdgeBoard } from './tasks/edge-board.js';
import type { EdgeTask } from './tasks/edge-task.js';

export interface FrameIntakeParts {
  readonly device: string;
  readonly network: Network;
  readonly limits: PictureLimits;
  /** The letterbox padding around pictures is sent (`wire.padding`). */
  readonly padding: boolean;
  readonly wirePlan: WirePlan;
  readonly gateway: PeerClient;
  readonly board: EdgeBoard;
  readonly ownFrames: OwnFrames;
  readonly runs: FrameGenerations;
  readonly drain: Drain;
  readonly book: ReuseBook;
  /** Of pictures that this device submits itself. */
  readonly strategy: StrategyName;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

interface AllottedFrame {
  readonly frame: string;
  readonly attempt: number;
  /** Digest of the letterboxed picture as the gateway has it. */
  readonly digest: string;
  readonly strategy: StrategyName;
  /** The fencing token of the frame. */
  readonly generation: number;
}

/** Takes frames whose source this device is, and cuts them into tasks (the paper's data frame partitioner). */
export class FrameIntake {
  readonly #parts: FrameIntakeParts;
  /** Deliveries that are being taken, by frame. */
  readonly #taking = new Map<string, { readonly attempt: number; readonly taken: Promise<void> }>();

  constructor(parts: FrameIntakeParts) {
    this.#parts = parts;
  }

  /** A frame that the gateway gives this device, with its picture; the same attempt of it again counts once. */
  async take(frame: AllottedFrame, picture: Uint8Array): Promise<void> {
    const { drain, metrics, ownFrames } = this.#parts;
    drain.requireServing();
    metrics.bytesReceived.inc({ kind: 'picture' }, picture.byteLength);
    if (ownFrames.get(frame.frame)?.attempt === frame.attempt) return;
    const underWay = this.#taking.get(frame.frame);
    if (underWay?.attempt === frame.attempt) return underWay.taken;
    const taken = this.#take(frame, picture);
    const entry = { attempt: frame.attempt, taken };
    this.#taking.set(frame.frame, entry);
    try {
      await taken;
    } finally {
      if (this.#taking.get(frame.frame) === entry) this.#taking.delete(frame.frame);
    }
  }

  async #take(frame: AllottedFrame, picture: Uint8Array): Promise<void> {
    const now = performance.now();
    this.#parts.ownFrames.requireRoom(now);
    // That its data is all there the gateway has checked.
    inspectHeader(picture, this.#parts.limits);
    await this.#open(frame, picture, 'given');
  }

  /**
   * A picture of this device's own camera: it is the cluster's as soon as the gateway has it.
   *
   * @param key names the submission, for the gateway to know it again.
   * @returns the frame as the gateway answered, with links that lead to the gateway.
   */
  submit(picture: Uint8Array, key?: string): Promise<Schemas['Frame']> {
    const { drain } = this.#parts;
    drain.requireServing();
    return drain.during(this.#submit(picture, key));
  }

  async #submit(picture: Uint8Array, key: string | undefined): Promise<Schemas['Frame']> {
    const { device, gateway, metrics, ownFrames, strategy } = this.#parts;
    ownFrames.requireRoom(performance.now());
    const mediaType = sniffPicture(picture);
    const answer = await gateway
      .call(CALLS.submit, {
        query: { source: device, deliver: false, strategy },
        // Always with a key: an answer that was lost on its way is asked for again.
        header: { 'idempotency-key': key ?? randomUUID() },
        body: { mediaType, bytes: picture },
      })
      .catch((cause) => {
        throw refusedByGateway(cause, gateway.baseUrl, 'could not take the picture, nothing was queued');
      });
    metrics.bytesSent.inc({ kind: 'picture' }, picture.byteLength);
    const frame = answer.json!;
    // An earlier submission became it: the gateway sees to it that its tiles get done, those that were lost here too.
    if (key !== undefined && answer.header('idempotency-replayed') !== null) return atGateway(frame, gateway.baseUrl);
    const own = { frame: frame.id, attempt: 1, digest: frame.inputDigest, strategy, generation: 1 };
    if (this.#parts.drain.state === 'serving') await this.#open(own, picture, 'own');
    else this.#giveBack(own);
    return atGateway(frame, gateway.baseUrl);
  }

  /** What has become of a frame, as the gateway answers, with links that lead there. */
  async look(frame: string): Promise<Schemas['Frame']> {
    const { gateway } = this.#parts;
    const answer = await gateway.call(CALLS.look, { path: { frame } }).catch((cause) => {
      throw refusedByGateway(cause, gateway.baseUrl, `has frame ${frame} and cannot say how it is`);
    });
    return atGateway(answer.json!, gateway.baseUrl);
  }

  /** @param whose `own`: the cluster has it, so that it cannot be refused any more. */
  async #open(allotted: AllottedFrame, picture: Uint8Array, whose: 'own' | 'given'): Promise<void> {
    const { padding, board, book, device, drain, log, network, ownFrames, runs } = this.#parts;
    const { frame, attempt, digest, generation, strategy } = allotted;
    const letterboxed = await letterboxPicture(picture, network);
    const isSame = letterboxed.digest === digest;
    const data = isSame ? letterboxed.data : await this.#gatewaysInput(frame, digest);
    if (whose === 'given') drain.requireServing();
    else if (drain.state !== 'serving') return this.#giveBack(allotted);
    runs.invalidateBefore(frame, generation);
    if (runs.isPast(allotted)) return;
    // Where this device saw another picture, it knows nothing of where the gateway's lies.
    const transmitted = transmittedRegion(network.input, isSame ? letterboxed.placement : null, padding);
    ownFrames.open({ frame, attempt, data, transmitted, digest, openedMs: performance.now() });
    const { placement, reuse } = strategyNamed(strategy);
    if (reuse === 'overlap') book.open(frame);
    if (placement === 'gateway') {
      log.info({ frame, attempt, strategy }, 'frame kept for the gateway, which shares it out');
      return;
    }
    const fresh = this.#tasksOf(allotted).filter((task) => !board.has(task));
    if (!board.enqueue(fresh)) {
      ownFrames.close(frame);
      book.close(frame);
      const detail = `the task queue of ${device} has no room for ${fresh.length} tiles`;
      throw new HttpProblem({ code: 'DT_OVERLOADED', status: 429 }, detail, { retryAfterSeconds: 1 });
    }
    log.info({ frame, attempt, tiles: fresh.length }, 'frame queued');
  }

  /** The cluster's, and not for this device to compute any more; one that is shared out the gateway has already. */
  #giveBack(allotted: AllottedFrame): void {
    if (strategyNamed(allotted.strategy).placement === 'source') this.#parts.board.giveBack(this.#tasksOf(allotted));
  }

  #tasksOf({ frame, attempt, digest, generation, strategy }: AllottedFrame): readonly EdgeTask[] {
    const { device, wirePlan } = this.#parts;
    const arrivedMs = performance.now();
    return wirePlan.plan.tiles.map(({ tileId }) => ({
      kind: 'tile',
      frame,
      tile: tileId,
      attempt,
      source: device,
      strategy,
      inputDigest: digest,
      generation,
      input: null,
      reuse: NO_REUSE,
      inputBytes: 0,
      controlBytes: 0,
      transferMs: 0,
      arrivedMs,
      victim: null,
    }));
  }

  /** This device's decoder gave other bytes than the gateway's. */
  async #gatewaysInput(frame: string, digest: string): Promise<Uint8Array> {
    const { gateway, log, metrics, wirePlan } = this.#parts;
    log.warn({ frame }, "this device's picture decoder differs from the gateway's: fetching the gateway's input");
    const map = wirePlan.plan.maps[0]!;
    const region = wholeMap(map);
    const answer = await gateway
      .call(CALLS.gatewaysInput, { path: { frame }, query: { region: formatRegion(region) } })
      .catch((cause) => {
        throw refusedByGateway(cause, gateway.baseUrl, `has frame ${frame} and could not give its input`);
      });
    metrics.bytesReceived.inc({ kind: 'input' }, answer.bytes.byteLength);
    const { tensors } = decodeSafetensors(answer.bytes);
    const input = requireTensor('DT_TENSOR_BODY', tensors, 'input', 'U8', map.channels, region) as Uint8Array;
    if (createHash('sha256').update(input).digest('hex') === digest) return input;
    throw new DeepThingsError('DT_INPUT_DIFFERS', `the gateway sent another input of frame ${frame} than it announced`);
  }
}

/**
 * What the gateway refused is passed on; without the gateway nothing can be said. That it does not know this device's
 * token is no fault of the client's.
 */
function refusedByGateway(cause: unknown, address: string, what: string): HttpProblem {
  if (cause instanceof ProblemError && isErrorCode(cause.code)) {
    const { code, message, retryAfterSeconds, status } = cause;
    const isOfRequest = (status < 500 && status !== 401) || status === 507;
    if (isOfRequest) return new HttpProblem({ code, passedOnAs: status }, message, { cause, retryAfterSeconds });
  }
  const detail = `the gateway at ${address} ${what}: ${(cause as Error).message}`;
  return new HttpProblem('DT_GATEWAY_AWAY', detail, { cause, retryAfterSeconds: 2 });
}

function atGateway(frame: Schemas['Frame'], address: string): Schemas['Frame'] {
  const { self, image, annotated, trace } = frame.links;
  const absolute = (path: string) => address + path;
  return {
    ...frame,
    links: { self: absolute(self), image: absolute(image), annotated: absolute(annotated), trace: absolute(trace) },
  };
}
