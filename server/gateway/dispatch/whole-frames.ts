import { GATEWAY_ID } from '../../config/defaults.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { LedgerEffect, PartNote } from '../../scheduling/ledger/ledger-effects.js';
import { type FrameRecord, frameDocument } from '../frames/frame-record.js';
import type { GatewayFrames } from '../frames/gateway-frames.js';
import type { HeadRunner } from '../results/head-runner.js';
import type { FrameFinisher } from './frame-finisher.js';
import type { LedgerRuntime } from './ledger-runtime.js';

export interface WholeFramesParts {
  readonly frames: Pick<GatewayFrames, 'store' | 'runs'>;
  readonly headRunner: HeadRunner;
  readonly finisher: Pick<FrameFinisher, 'end'>;
  /** Multiply-accumulates of the layers that devices compute otherwise. */
  readonly macs: number;
  readonly ledger: LedgerRuntime;
  readonly telemetry: Telemetry;
}

/** The frame's only part in the trace. */
const PART = 0;
const ATTEMPT = 1;

/** Has the gateway compute whole frames, where the ledger decides so. */
export class WholeFrames {
  readonly #parts: WholeFramesParts;

  constructor(parts: WholeFramesParts) {
    this.#parts = parts;
  }

  /**
   * Computes a frame to its end; never fails.
   *
   * @param record of an open frame that is letterboxed.
   */
  async compute(record: FrameRecord, effect: Extract<LedgerEffect, { kind: 'compute-here' }>): Promise<void> {
    const { finisher, headRunner, ledger, telemetry } = this.#parts;
    const { input } = record;
    this.#begin(record, effect.generation);
    try {
      const end = await headRunner.computeAll(record, input!);
      this.#done(record);
      finisher.end(record, end);
    } catch (error) {
      if (ledger.isStopped) return;
      telemetry.log.error({ frame: record.id, err: error }, 'the gateway could not compute a frame');
      const detail = `the gateway could not compute it: ${(error as Error).message}`;
      finisher.end(record, { kind: 'failed', code: 'DT_REMAINING_LAYERS', detail });
    }
    ledger.apply({ kind: 'frame-ended', frame: record.id });
  }

  #begin(record: FrameRecord, generation: number): void {
    const { frames, telemetry } = this.#parts;
    const { events, log, metrics, nowMs } = telemetry;
    const { id, trace } = record;
    if (generation > record.generation) {
      // Devices had a part in it, of which nothing counts.
      frames.runs.end(id, 'begun again');
      trace.beginAnew();
      metrics.retries.inc({ what: 'frame' });
      record.generation = generation;
      void frames.store.update([record]);
    }
    trace.restart(1);
    record.state = 'running';
    record.sourcedMs ??= nowMs();
    log.info({ frame: id }, 'the gateway computes the frame by itself');
    this.#note(record, 'running');
    events.publish('frame', frameDocument(record));
  }

  #done(record: FrameRecord): void {
    const { macs, telemetry } = this.#parts;
    const computeMs = record.remainingMs ?? 0;
    const none = {
      waitMs: 0,
      transferMs: 0,
      overlapMs: 0,
      inputBytes: 0,
      overlapBytes: 0,
      resultBytes: 0,
      controlBytes: 0,
    };
    record.trace.accepted(PART, { ...none, computeMs, macs }, telemetry.nowMs());
    telemetry.metrics.remainingDuration.observe(computeMs / 1000);
    this.#note(record, 'done');
  }

  #note({ id: frame, trace }: FrameRecord, note: PartNote): void {
    const { events, nowMs } = this.#parts.telemetry;
    trace.note(PART, note, GATEWAY_ID, ATTEMPT, nowMs());
    const cost = note === 'done' ? { cost: trace.costOf(PART) } : {};
    events.publish('tile', { frame, tile: PART, event: note, device: GATEWAY_ID, attempt: ATTEMPT, ...cost });
  }
}
