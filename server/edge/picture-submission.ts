import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Schemas } from '../../client/client.js';
import { sniffPicture } from '../imaging/picture-format.js';
import { CALLS } from '../node/contract/calls.js';
import type { QueuePolicy } from '../scheduling/policy/waiting-order.js';
import type { StrategyName } from '../scheduling/strategies/strategy.js';
import type { EdgeDevice } from './device/edge-device.js';
import type { Drain } from './drain.js';
import type { FrameIntake } from './frame-intake.js';
import { refusedByGateway } from './frames/gateway-refusal.js';
import type { OwnFrames } from './frames/own-frames.js';

/** Options of a submission at a device. */
export interface NamedSubmission {
  readonly key?: string | undefined;
  readonly camera?: string | undefined;
  readonly tags?: string[] | undefined;
  readonly queue?: QueuePolicy | undefined;
  /** In place of what cluster.yaml says. */
  readonly strategy?: StrategyName | undefined;
  /** Bound on the devices that compute it together. */
  readonly members?: number | undefined;
  /** Bound on the time until its answer, in ms. */
  readonly within?: number | undefined;
}

export interface PictureSubmissionParts {
  readonly edge: EdgeDevice;
  readonly own: OwnFrames;
  readonly drain: Drain;
  readonly intake: FrameIntake;
  /** Of pictures that this device submits itself. */
  readonly strategy: StrategyName;
}

/** Submits pictures of this device's own camera to the gateway, and answers how they are. */
export class PictureSubmission {
  readonly #parts: PictureSubmissionParts;

  constructor(parts: PictureSubmissionParts) {
    this.#parts = parts;
  }

  /**
   * Submits a picture: it is the cluster's as soon as the gateway has it.
   *
   * @param named what the submission names: itself by a key, for the gateway to know it again, its camera and tags, and how it is computed.
   * @returns the frame as the gateway answered, with links that lead to the gateway.
   * @throws HttpProblem when this device or the gateway does not take it.
   */
  submit(picture: Uint8Array, named: NamedSubmission = {}): Promise<Schemas['Frame']> {
    const { drain } = this.#parts;
    drain.requireServing();
    return drain.during(this.#submit(picture, named));
  }

  async #submit(picture: Uint8Array, { key, ...asked }: NamedSubmission): Promise<Schemas['Frame']> {
    const { edge, intake, own } = this.#parts;
    const strategy = asked.strategy ?? this.#parts.strategy;
    const { gateway } = edge.remote;
    own.requireRoom(performance.now());
    const mediaType = sniffPicture(picture);
    const answer = await gateway
      .call(CALLS.submit, {
        path: { device: edge.self.device },
        query: { ...asked, strategy },
        // Always with a key: an answer that was lost on its way is asked for again.
        header: { 'idempotency-key': key ?? randomUUID() },
        body: { mediaType, bytes: picture },
      })
      .catch((cause) => {
        throw refusedByGateway(cause, gateway, 'could not take the picture, nothing was queued');
      });
    edge.metrics.bytesSent.inc({ kind: 'picture' }, picture.byteLength);
    const frame = answer.json!;
    // An earlier submission became it: the gateway sees to it that its tiles get done, those that were lost here too.
    const isKnown = key !== undefined && answer.header('idempotency-replayed') !== null;
    const { id, inputDigest: digest } = frame;
    // Without a digest other devices need nothing of this one's: each letterboxes the picture itself.
    if (!isKnown && digest !== null) {
      await intake.takeOwn({ frame: id, attempt: 1, digest, strategy, generation: 1 }, picture);
    }
    return atGateway(frame, gateway.baseUrl);
  }

  /**
   * Looks up a frame at the gateway; its links lead there.
   *
   * @throws HttpProblem when the gateway does not answer.
   */
  async look(frame: string): Promise<Schemas['Frame']> {
    const { gateway } = this.#parts.edge.remote;
    const answer = await gateway.call(CALLS.look, { path: { frame } }).catch((cause) => {
      throw refusedByGateway(cause, gateway, `has frame ${frame} and cannot say how it is`);
    });
    return atGateway(answer.json!, gateway.baseUrl);
  }
}

function atGateway(frame: Schemas['Frame'], address: string): Schemas['Frame'] {
  const { self, image, annotated, trace } = frame.links;
  const absolute = (path: string) => address + path;
  return {
    ...frame,
    links: { self: absolute(self), image: absolute(image), annotated: absolute(annotated), trace: absolute(trace) },
  };
}
