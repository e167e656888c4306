import type { GraphOutputs } from '../../compute/messages.js';
import type { ErrorCode } from '../../error-codes.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { DeviceRegistry } from '../devices/device-registry.js';
import { deviceClaimant, type FrameEnd, type FrameRecord, frameDocument } from '../frames/frame-record.js';
import type { GatewayFrames } from '../frames/gateway-frames.js';
import { type GatewayResults, poolOf } from '../results/gateway-results.js';
import type { LedgerRuntime } from './ledger-runtime.js';
import type { NodeDispatcher } from './node-dispatcher.js';

export interface FrameFinisherParts {
  readonly frames: Pick<GatewayFrames, 'store' | 'runs' | 'keptOutputs'>;
  readonly results: Pick<GatewayResults, 'blocks' | 'boxes' | 'pool' | 'headRunner'>;
  readonly registry: Pick<DeviceRegistry, 'mayHaveFrames'>;
  readonly dispatcher: NodeDispatcher;
  readonly ledger: LedgerRuntime;
  readonly telemetry: Telemetry;
}

const RERUN = 'the frame was begun again: a device in quarantine had a share in it';

/** Ends runs of frames: with the remaining layers, with a failure, or to run the frame again. */
export class FrameFinisher {
  readonly #parts: FrameFinisherParts;

  constructor(parts: FrameFinisherParts) {
    this.#parts = parts;
  }

  /** Devices have done their part of a frame; nothing when that is known. */
  begin(record: FrameRecord): void {
    if (record.state === 'finishing') return;
    const { metrics, nowMs } = this.#parts.telemetry;
    record.state = 'finishing';
    if (record.sourcedMs !== null) {
      record.fusedMs = nowMs() - record.sourcedMs;
      metrics.fusedDuration.observe(record.fusedMs / 1000);
    }
    this.#publish(record);
  }

  /**
   * Runs the remaining layers on what the devices computed, and ends the frame; never fails.
   *
   * @param see shown what the layers put out.
   */
  async finish(record: FrameRecord, see?: (outputs: GraphOutputs) => void): Promise<void> {
    const { ledger, telemetry } = this.#parts;
    const { log, metrics } = telemetry;
    const { generation } = record;
    this.begin(record);
    try {
      if (strategyNamed(record.strategy).gang !== null) metrics.gangAttempts.inc({ outcome: 'computed' });
      const end = await this.#result(record, see);
      if (record.generation !== generation) return;
      metrics.remainingDuration.observe((record.remainingMs ?? 0) / 1000);
      this.end(record, end);
    } catch (error) {
      if (ledger.isStopped || record.generation !== generation) return;
      log.error({ frame: record.id, err: error }, 'remaining layers failed');
      const detail = `the remaining layers could not be run: ${(error as Error).message}`;
      this.end(record, { kind: 'failed', code: 'DT_REMAINING_LAYERS', detail });
    }
    ledger.apply({ kind: 'frame-ended', frame: record.id });
  }

  /**
   * Ends a frame whose remaining layers a device has computed.
   *
   * @param tookMs from asking the device to having its answer.
   */
  complete(record: FrameRecord, outputs: GraphOutputs, tookMs: number): void {
    const { frames, ledger, results, telemetry } = this.#parts;
    const merged = results.pool.take(record.id)!;
    if (record.keepsOutput) frames.keptOutputs.keep(record.id, results.pool.stage, merged);
    try {
      const end = results.headRunner.decode(record, outputs);
      record.remainingMs = tookMs;
      telemetry.metrics.remainingDuration.observe(tookMs / 1000);
      this.end(record, end);
    } catch (error) {
      const detail = `what the network puts out could not be decoded: ${(error as Error).message}`;
      this.end(record, { kind: 'failed', code: 'DT_REMAINING_LAYERS', detail });
    }
    ledger.apply({ kind: 'frame-ended', frame: record.id });
  }

  async #result(record: FrameRecord, see?: (outputs: GraphOutputs) => void): Promise<FrameEnd> {
    const { frames, results } = this.#parts;
    const boxes = results.boxes.take(record.id);
    if (boxes !== null) return results.headRunner.choose(record, boxes);
    const pool = poolOf(results, record.strategy);
    const merged = pool.take(record.id)!;
    if (record.keepsOutput) frames.keptOutputs.keep(record.id, pool.stage, merged);
    return results.headRunner.finish(record, merged, pool === results.blocks ? 'blocks' : 'tiles', see);
  }

  /** Ends a frame, once. */
  end(record: FrameRecord, end: FrameEnd): void {
    if (record.end !== null) return;
    const { dispatcher, frames, registry, telemetry } = this.#parts;
    const { log, metrics, nowMs } = telemetry;
    record.end = end;
    record.state = end.kind;
    const totalMs = record.trace.passedMs(nowMs());
    record.endedMs = record.createdMs + totalMs;
    frames.store.ended(record);
    if (end.kind === 'dropped') metrics.framesDropped.inc();
    else metrics.frameDuration.observe({ state: end.kind }, totalMs / 1000);
    const facts = { frame: record.id, source: record.source, totalMs };
    if (end.kind === 'complete') {
      const { fusedMs, remainingMs, trace } = record;
      const found = end.detections?.length ?? end.classification?.[0]?.label;
      log.info({ ...facts, fusedMs, remainingMs, found, tiles: trace.byDevice() }, 'frame complete');
    } else if (end.kind === 'dropped') {
      log.debug(
        { ...facts, camera: record.camera, newer: end.newer },
        'frame dropped: a newer one of its camera is there',
      );
    } else {
      log.error({ ...facts, code: end.code }, `frame failed: ${end.detail}`);
    }
    this.#publish(record);
    // A frame that has not begun is on no device but the one that sent it.
    const isKnown = end.kind !== 'dropped' || record.claimant === deviceClaimant(record.source);
    if (isKnown && registry.mayHaveFrames(record.source)) void dispatcher.notify(record);
    frames.runs.end(record.id);
  }

  /** Ends an open frame without a result, and takes it out of the ledger. */
  abort(record: FrameRecord, code: ErrorCode, detail: string): void {
    this.#parts.ledger.apply({ kind: 'frame-ended', frame: record.id });
    this.end(record, { kind: 'failed', code, detail });
  }

  /** Runs a frame again from its picture on: a device that computed something wrong had a share in this run. */
  rerun(record: FrameRecord, { generation }: Extract<LedgerEffect, { kind: 'rerun' }>): void {
    const { frames, telemetry } = this.#parts;
    const { log, metrics, nowMs } = telemetry;
    const { id, trace } = record;
    frames.runs.end(id, 'begun again');
    trace.gang.ended({ reason: 'rerun', device: null, detail: RERUN }, trace.gangMs(nowMs()));
    trace.beginAnew();
    Object.assign(record, { generation, state: 'queued', sourcedMs: null, fusedMs: null, remainingMs: null });
    metrics.retries.inc({ what: 'frame' });
    log.warn(
      { frame: id, generation },
      'frame begun anew: what a device that is wrong, or may be, had a share in is void',
    );
    void frames.store.update([record]);
    this.#publish(record);
  }

  #publish(record: FrameRecord): void {
    this.#parts.telemetry.events.publish('frame', frameDocument(record));
  }
}
