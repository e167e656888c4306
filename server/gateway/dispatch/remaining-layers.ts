import { withDeadline } from '../../../client/deadline-signal.js';
import { GATEWAY_ID } from '../../config/defaults.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { RemainingResultBody } from '../../node/wire/remaining-body.js';
import { MedianWindow } from '../../scheduling/device/median-window.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import { allFinite } from '../../tensor/all-finite.js';
import type { FrameRecord } from '../frames/frame-record.js';
import type { GatewayResults } from '../results/gateway-results.js';
import { type DoubtedOutputs, floatsOf, type WrongDevice } from '../results/remaining-check.js';
import type { FrameFinisher } from './frame-finisher.js';
import type { LedgerRuntime } from './ledger-runtime.js';
import type { NodeDispatcher } from './node-dispatcher.js';

export interface RemainingLayersParts {
  readonly results: Pick<GatewayResults, 'pool' | 'headRunner' | 'remaining'>;
  readonly dispatcher: Pick<NodeDispatcher, 'remaining'>;
  readonly finisher: FrameFinisher;
  readonly ledger: LedgerRuntime;
  readonly bounds: RemainingBounds;
  readonly telemetry: Telemetry;
}

/** Bounds on the time of a device for the remaining layers of a frame, from the request to the answer. */
export interface RemainingBounds {
  /** As many times as it usually takes, */
  readonly factor: number;
  /** but never less than this, */
  readonly floorMs: number;
  /** and never more than this, which holds also while nothing is known of the device. */
  readonly mostMs: number;
}

type FinishEffect = Extract<LedgerEffect, { kind: 'finish' }>;

/** Has the remaining layers of frames computed, by the gateway or by the device that the ledger names, and ends the frames. */
export class RemainingLayers {
  readonly #parts: RemainingLayersParts;
  /** Calls to devices, by frame. */
  readonly #asked = new Map<string, AbortController>();
  /** Outputs of devices that the gateway compares with its own, by frame. */
  readonly #doubted = new Map<string, DoubtedOutputs>();
  /** Times of devices that have the layers, by device. */
  readonly #times = new Map<string, MedianWindow>();

  constructor(parts: RemainingLayersParts) {
    this.#parts = parts;
    parts.telemetry.metrics.holds('remaining layers on devices', () => this.#asked.size);
  }

  /** A run of a frame is over. */
  drop(frame: string): void {
    this.#giveUp(frame);
    this.#doubted.delete(frame);
  }

  /** Never fails. A frame comes here again where a device did not compute its layers. */
  async finish(record: FrameRecord, { device }: FinishEffect): Promise<void> {
    this.#giveUp(record.id);
    if (device === undefined) await this.#here(record);
    else await this.#there(record, device);
  }

  async #here(record: FrameRecord): Promise<void> {
    const { finisher, ledger, results, telemetry } = this.#parts;
    const { generation, id: frame } = record;
    const doubted = this.#doubted.get(frame);
    let wrong: WrongDevice | null = null;
    if (record.trace.remaining.isBegun) {
      record.trace.remaining.begun(GATEWAY_ID, record.trace.gangMs(telemetry.nowMs()));
    }
    await finisher.finish(record, (outputs) => {
      record.trace.remaining.ended('computed', null, record.trace.gangMs(telemetry.nowMs()));
      if (doubted !== undefined) wrong = results.remaining.compare(frame, doubted, outputs);
    });
    if (record.generation !== generation || record.end?.kind !== 'complete') return;
    telemetry.metrics.remaining.inc({ where: 'gateway' });
    if (wrong === null) return;
    const finding = { kind: 'wrong' as const, devices: [wrong] };
    // The frame has the gateway's own outputs; others that the device had a share in begin again.
    ledger.apply({ kind: 'audit-judged', frame, part: 0, attempt: 0, finding });
  }

  async #there(record: FrameRecord, device: string): Promise<void> {
    const { dispatcher, finisher, results, telemetry } = this.#parts;
    const { id: frame, trace } = record;
    const run = new AbortController();
    this.#asked.set(frame, run);
    finisher.begin(record);
    const startedMs = telemetry.nowMs();
    trace.remaining.begun(device, trace.gangMs(startedMs));
    let result: RemainingResultBody;
    try {
      // The maps stay in the pool, for the gateway, until the frame ends.
      const maps = results.pool.mapsOf(frame)!;
      result = await withDeadline(run.signal, this.#boundMs(device), (signal) =>
        dispatcher.remaining(record, maps, device, signal),
      );
    } catch (error) {
      if (!run.signal.aborted) this.#failed(record, device, `did not compute them: ${(error as Error).message}`);
      return;
    }
    if (!run.signal.aborted) this.#computed(record, device, result, telemetry.nowMs() - startedMs);
  }

  #computed(record: FrameRecord, device: string, { outputs }: RemainingResultBody, tookMs: number): void {
    const { finisher, ledger, results, telemetry } = this.#parts;
    const { generation, id: frame, trace } = record;
    const atMs = trace.gangMs(telemetry.nowMs());
    if (!floatsOf(outputs).every(allFinite)) {
      this.#doubted.set(frame, { device, outputs });
      this.#failed(record, device, 'sent values that are not finite');
      return;
    }
    this.#timesOf(device).add(tookMs);
    if (results.remaining.picks({ frame, tile: 0, generation, attempt: generation })) {
      this.#doubted.set(frame, { device, outputs });
      trace.remaining.ended('audited', null, atMs);
      ledger.apply({ kind: 'remaining-returned', frame, generation, device, failed: false });
      return;
    }
    this.#asked.delete(frame);
    trace.remaining.ended('computed', null, atMs);
    telemetry.metrics.remaining.inc({ where: 'device' });
    finisher.complete(record, outputs, tookMs);
  }

  #failed(record: FrameRecord, device: string, what: string): void {
    const { ledger, telemetry } = this.#parts;
    const { generation, id: frame, trace } = record;
    if (ledger.isStopped) return;
    const detail = `device ${device} was given the remaining layers and ${what}`;
    telemetry.log.warn({ frame, device }, `${detail}; the gateway computes them`);
    telemetry.metrics.retries.inc({ what: 'remaining' });
    trace.remaining.ended('failed', detail, trace.gangMs(telemetry.nowMs()));
    ledger.apply({ kind: 'remaining-returned', frame, generation, device, failed: true });
  }

  /** The ledger has decided otherwise, or the frame's run is over. */
  #giveUp(frame: string): void {
    this.#asked.get(frame)?.abort();
    this.#asked.delete(frame);
  }

  /** A device that has not computed any yet loads the layers first. */
  #boundMs(device: string): number {
    const { mostMs, factor, floorMs } = this.#parts.bounds;
    const { medianMs } = this.#timesOf(device);
    return medianMs === null ? mostMs : Math.min(mostMs, Math.max(floorMs, factor * medianMs));
  }

  #timesOf(device: string): MedianWindow {
    const times = this.#times.get(device) ?? new MedianWindow();
    this.#times.set(device, times);
    return times;
  }
}
