import { createHash } from 'node:crypto';
import { DeepThingsError } from '../../errors.js';
import { isSameRegion, type Region, wholeMap } from '../../geometry/region.js';
import { transmittedRegion } from '../../heads/placement.js';
import { letterboxPicture } from '../../imaging/letterbox.js';
import { inspectHeader, type PictureLimits } from '../../imaging/picture-header.js';
import type { Network } from '../../model/network.js';
import { CALLS } from '../../node/contract/calls.js';
import { requireTensor } from '../../node/wire/task-body.js';
import { formatRegion } from '../../node/wire/wire-facts.js';
import { cropRegion } from '../../tensor/planes.js';
import { decodeSafetensors } from '../../tensor/safetensors.js';
import type { EdgeDevice } from '../device/edge-device.js';
import { refusedByGateway } from './gateway-refusal.js';

export interface FrameInputsParts {
  readonly edge: EdgeDevice;
  readonly network: Network;
  readonly limits: PictureLimits;
  /** The letterbox padding around pictures is sent (`wire.padding`). */
  readonly padding: boolean;
}

/** The network's input for a frame, and which region of it is sent to other devices. */
export interface FrameInput {
  /** `[3, height, width]`. */
  readonly data: Uint8Array;
  readonly transmitted: Region;
}

/** Makes the inputs of frames out of pictures. */
export class FrameInputs {
  readonly #parts: FrameInputsParts;

  constructor(parts: FrameInputsParts) {
    this.#parts = parts;
  }

  /** @throws HttpProblem when a picture is larger than pictures may be; that its data is complete the gateway has checked. */
  inspect(picture: Uint8Array): void {
    inspectHeader(picture, this.#parts.limits);
  }

  /**
   * Letterboxes a picture. Where this device's decoder gives other bytes than the gateway's, the gateway's input is fetched.
   *
   * @param digest of the input as the gateway has it.
   * @throws HttpProblem when the gateway cannot give its input; DeepThingsError `DT_INPUT_DIFFERS`.
   */
  async inputOf(frame: string, picture: Uint8Array, digest: string): Promise<FrameInput> {
    const { network, padding } = this.#parts;
    const letterboxed = await letterboxPicture(picture, network);
    const isSame = letterboxed.digest === digest;
    const data = isSame ? letterboxed.data : await this.#gatewaysInput(frame, digest, wholeMap(network.input));
    // Where this device saw another picture, it knows nothing of where the gateway's lies.
    return { data, transmitted: transmittedRegion(network.input, isSame ? letterboxed.placement : null, padding) };
  }

  /**
   * Letterboxes a part of a picture, as `inputOf` does all of it.
   *
   * @param digest of the part as the gateway has it; null where it has not letterboxed the picture.
   * @returns `[3, height, width]` of the part.
   */
  async partOf(frame: string, picture: Uint8Array, region: Region, digest: string | null): Promise<Uint8Array> {
    const { network } = this.#parts;
    const { channels, width } = network.input;
    const rows = { start: region.y0, end: region.y1 };
    const { data } = await letterboxPicture(picture, network, rows);
    const whole = { ...region, x0: 0, x1: width };
    const part = isSameRegion(region, whole) ? data : cropRegion(data, channels, whole, region);
    return digest === null || digest === digestOf(part) ? part : this.#gatewaysInput(frame, digest, region);
  }

  async #gatewaysInput(frame: string, digest: string, region: Region): Promise<Uint8Array> {
    const { log, metrics, remote, wirePlan } = this.#parts.edge;
    log.warn({ frame }, "this device's picture decoder differs from the gateway's: fetching the gateway's input");
    const map = wirePlan.plan.maps[0]!;
    const answer = await remote.gateway
      .call(CALLS.gatewaysInput, { path: { frame }, query: { region: formatRegion(region) } })
      .catch((cause) => {
        throw refusedByGateway(cause, remote.gateway, `has frame ${frame} and could not give its input`);
      });
    metrics.bytesReceived.inc({ kind: 'input' }, answer.bytes.byteLength);
    const { tensors } = decodeSafetensors(answer.bytes);
    const input = requireTensor('DT_TENSOR_BODY', tensors, 'input', 'U8', map.channels, region) as Uint8Array;
    if (digestOf(input) === digest) return input;
    throw new DeepThingsError('DT_INPUT_DIFFERS', `the gateway sent another input of frame ${frame} than it announced`);
  }
}

export function digestOf(input: Uint8Array): string {
  return createHash('sha256').update(input).digest('hex');
}
