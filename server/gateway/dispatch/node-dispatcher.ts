import { createHash } from 'node:crypto';
import { joinSignals } from '../../../client/deadline-signal.js';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { DeepThingsError } from '../../errors.js';
import { wholeMap } from '../../geometry/region.js';
import { transmittedRegion } from '../../heads/placement.js';
import { CALLS } from '../../node/contract/calls.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import { encodeBlockTask } from '../../node/wire/block-body.js';
import {
  decodeRemainingResult,
  encodeRemainingTask,
  type RemainingResultBody,
} from '../../node/wire/remaining-body.js';
import { cutTaskBody, requireTensor, type WirePlan } from '../../node/wire/task-body.js';
import { formatRegion } from '../../node/wire/wire-facts.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import { NO_REUSE } from '../../scheduling/reuse/tile-reuse.js';
import { ftpWorkSharing } from '../../scheduling/strategies/ftp-work-sharing.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import { cropRegion } from '../../tensor/planes.js';
import { decodeSafetensors } from '../../tensor/safetensors.js';
import type { DeviceLinks } from '../devices/device-links.js';
import { type FrameRecord, outcomeDocument } from '../frames/frame-record.js';
import type { GatewayResults } from '../results/gateway-results.js';

export interface NodeDispatcherParts {
  readonly wirePlan: WirePlan;
  /** What is sent of pictures and feature maps. */
  readonly wire: ClusterConfig['wire'];
  readonly links: DeviceLinks;
  readonly results: Pick<GatewayResults, 'gangs' | 'boxes'>;
  readonly telemetry: Telemetry;
}

type PushedPart = Pick<Extract<LedgerEffect, { kind: 'push' }>, 'part' | 'attempt' | 'device' | 'audit' | 'alone'>;

/** Brings pictures, tasks and outcomes from the gateway to devices. */
export class NodeDispatcher {
  readonly #parts: NodeDispatcherParts;
  readonly #stop = new AbortController();

  constructor(parts: NodeDispatcherParts) {
    this.#parts = parts;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Gives a frame's picture to its source, which has queued the tiles when this resolves. */
  async deliver(record: FrameRecord, source: string, attempt: number): Promise<void> {
    const { links, telemetry } = this.#parts;
    const { id, picture, bytes, inputDigest, generation, trace } = record;
    if (bytes === null || inputDigest === null) return;
    const strategy = strategyOf(record);
    await links.client(source).call(CALLS.deliver, {
      path: { frame: id },
      query: { attempt, digest: inputDigest, strategy, ...(generation > 1 && { generation }) },
      body: { mediaType: picture.mediaType, bytes },
      signal: this.#stop.signal,
    });
    telemetry.metrics.bytesSent.inc({ kind: 'picture' }, picture.bytes);
    trace.countSent('picture', picture.bytes);
  }

  /**
   * Fetches the letterboxed picture from its source, as the paper's gateway does before it shares a frame out.
   *
   * @returns `[3, height, width]`.
   * @throws DeepThingsError `DT_INPUT_DIFFERS` when it is another picture than the frame's.
   */
  async collect({ id, inputDigest, trace }: FrameRecord, source: string): Promise<Uint8Array> {
    const { links, telemetry, wirePlan } = this.#parts;
    const map = wirePlan.plan.maps[0]!;
    const region = wholeMap(map);
    const { bytes } = await links.client(source).call(CALLS.collect, {
      path: { frame: id },
      query: { region: formatRegion(region) },
      signal: this.#stop.signal,
    });
    telemetry.metrics.bytesReceived.inc({ kind: 'frame' }, bytes.byteLength);
    trace.countSent('frame', bytes.byteLength);
    const { tensors } = decodeSafetensors(bytes);
    const input = requireTensor('DT_TENSOR_BODY', tensors, 'input', 'U8', map.channels, region) as Uint8Array;
    if (createHash('sha256').update(input).digest('hex') === inputDigest) return input;
    throw new DeepThingsError('DT_INPUT_DIFFERS', `${source} sent another letterboxed picture than the gateway has`);
  }

  /** Gives a device a task: one tile, cut from the gateway's own letterboxed picture, or a block. */
  async push(record: FrameRecord, { part, attempt, device, audit, alone }: PushedPart): Promise<void> {
    const { links, telemetry } = this.#parts;
    const { metrics } = telemetry;
    const isGang = strategyNamed(record.strategy).gang !== null;
    const bytes = isGang ? this.#block(record, part, attempt) : this.#tile(record, part, attempt, audit ?? alone);
    if (bytes === null) return;
    await links.client(device).call(CALLS.push, {
      body: { mediaType: 'application/octet-stream', bytes },
      signal: this.#stop.signal,
    });
    if (attempt > 1 && !audit) metrics.retries.inc({ what: 'tile' });
    metrics.bytesSent.inc({ kind: 'input' }, bytes.byteLength);
  }

  /**
   * A member's task has the picture as it was submitted, which is less than the network's input; or its part of the input (MoDNN). Where the
   * gateway has letterboxed the picture, the task says what the member must see.
   *
   * @returns null where it is past.
   */
  #block(record: FrameRecord, member: number, attempt: number): Uint8Array | null {
    const { links, results, wirePlan } = this.#parts;
    const { bytes, generation, id: frame, input, strategy } = record;
    const round = results.gangs.of(frame, attempt);
    if (bytes === null || round === null) return null;
    const { carries } = strategyNamed(strategy).gang!;
    const { bands, devices, plans } = round;
    const map = wirePlan.plan.maps[0]!;
    const part = input && cropRegion(input, map.channels, wholeMap(map), plans[member]!.input);
    const partDigest = part && createHash('sha256').update(part).digest('hex');
    const picture = carries === 'input' ? part : bytes;
    if (picture === null) return null;
    const boxesAbove = results.boxes.thresholdOf(record, attempt);
    const members = devices.map((device) => ({ device, address: links.addressOf(device) }));
    const facts = { frame, member, generation, attempt, strategy, partDigest, boxesAbove };
    return encodeBlockTask(wirePlan.digest, { ...facts, bands, members, picture });
  }

  /** @param alone it is not to be stolen, nor to use strips of the devices whose results are in doubt. */
  #tile(record: FrameRecord, tile: number, attempt: number, alone = false): Uint8Array | null {
    const { wire, wirePlan } = this.#parts;
    const { id, source, inputDigest, generation, input, placement } = record;
    if (input === null || inputDigest === null) return null;
    const strategy = alone ? ftpWorkSharing.name : strategyOf(record);
    const facts = { frame: id, tile, generation, attempt, source, strategy, inputDigest, reuse: NO_REUSE };
    const transmitted = transmittedRegion(wirePlan.plan.maps[0]!, placement, wire.padding);
    return cutTaskBody(wirePlan, facts, { data: input, transmitted });
  }

  /**
   * Has a device compute the remaining layers of a frame.
   *
   * @param maps whole, by output of the plan; not changed.
   * @throws DeepThingsError `DT_RESULT_BODY`, `DT_TENSOR_BODY` when the answer is not the network's outputs.
   */
  async remaining(
    { generation, id: frame, trace }: FrameRecord,
    maps: readonly Float32Array[],
    device: string,
    signal: AbortSignal,
  ): Promise<RemainingResultBody> {
    const { links, telemetry, wire, wirePlan } = this.#parts;
    const { metrics } = telemetry;
    const body = encodeRemainingTask(wirePlan, { frame, generation, maps }, wire.maps);
    const held = joinSignals([signal, this.#stop.signal]);
    const sent = { body: { mediaType: 'application/octet-stream', bytes: body }, signal: held.signal };
    const { bytes } = await links.client(device).call(CALLS.remaining, sent).finally(held.release);
    metrics.bytesSent.inc({ kind: 'remaining' }, body.byteLength);
    metrics.bytesReceived.inc({ kind: 'remaining' }, bytes.byteLength);
    trace.countSent('result', body.byteLength + bytes.byteLength);
    return decodeRemainingResult(wirePlan.plan.stage.graph, bytes);
  }

  /** Tells a frame's source how it ended; a source that cannot be told finds out by itself in time. Never fails. */
  async notify(record: FrameRecord): Promise<void> {
    const { links, telemetry } = this.#parts;
    const { id: frame, source: device } = record;
    const { signal } = this.#stop;
    if (signal.aborted) return;
    try {
      await links.client(device).call(CALLS.outcome, { json: outcomeDocument(record), signal });
    } catch (error) {
      telemetry.log.debug({ frame, device, err: error }, 'source could not be told of the outcome');
    }
  }
}

/** A frame that began anew takes nothing of its earlier attempts, whose strips devices may still keep. */
function strategyOf({ generation, strategy }: FrameRecord): StrategyName {
  return generation > 1 ? strategyNamed(strategy).withoutReuse : strategy;
}
