import { hasCode } from '../../errors.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import type { LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { DeviceSpeeds } from '../devices/device-speeds.js';
import { type FrameRecord, frameDocument } from '../frames/frame-record.js';
import type { FrameStore } from '../frames/frame-store.js';
import { gangChoice } from '../frames/gang-choice.js';
import { type GatewayResults, poolOf } from '../results/gateway-results.js';
import type { NodeDispatcher } from './node-dispatcher.js';

export interface DeliveriesParts {
  readonly dispatcher: NodeDispatcher;
  readonly store: Pick<FrameStore, 'sourced' | 'update'>;
  readonly results: Pick<GatewayResults, 'blocks' | 'boxes' | 'pool' | 'gangs'>;
  readonly speeds: DeviceSpeeds;
  readonly ledger: LedgerSink;
  readonly telemetry: Telemetry;
}

/** Has pictures and tasks brought to devices, and reports to the ledger whether the devices took them. */
export class Deliveries {
  readonly #parts: DeliveriesParts;
  /** Frames whose letterboxed picture is on its way from their source. */
  readonly #coming = new Map<string, Promise<void>>();

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
  }

  /** Gives a frame's picture to its source; never fails. */
  async deliver(record: FrameRecord, { source, attempt }: Extract<LedgerEffect, { kind: 'deliver' }>): Promise<void> {
    const { dispatcher, ledger, store, telemetry } = this.#parts;
    const { events, log, metrics, nowMs } = telemetry;
    store.sourced(record, source);
    record.state = 'running';
    events.publish('frame', frameDocument(record));
    try {
      // A gateway that is killed must not come back with an older generation than its devices have seen.
      if (record.generation > 1) await store.update([record]);
      await dispatcher.deliver(record, source, attempt);
      record.sourcedMs ??= nowMs();
      if (strategyNamed(record.strategy).placement === 'gateway') {
        const input = await dispatcher.collect(record, source);
        if (record.end === null) record.input = input;
      }
      ledger.apply({ kind: 'frame-delivered', frame: record.id, source, attempt });
    } catch (error) {
      const draining = hasCode(error, 'DT_DRAINING');
      const facts = { frame: record.id, device: source, attempt };
      if (draining) log.info(facts, 'source is being drained: another one gets the frame');
      else log.warn({ ...facts, err: error }, 'source did not take the frame');
      metrics.retries.inc({ what: 'delivery' });
      const detail = `${source}: ${(error as Error).message}`;
      ledger.apply({ kind: 'delivery-failed', frame: record.id, source, attempt, detail, draining });
    }
  }

  /** Notes which devices compute a frame together. What each needs of the picture goes to it with the task. */
  gang(record: FrameRecord, { attempt, choice, devices }: Extract<LedgerEffect, { kind: 'gang' }>): void {
    const { results, telemetry } = this.#parts;
    const { events, log, metrics, nowMs } = telemetry;
    const { generation, id, strategy, trace } = record;
    const { carries, plan } = strategyNamed(strategy).gang!;
    poolOf(results, strategy).take(id);
    results.boxes.take(id);
    const round = results.gangs.begin(id, attempt, devices, plan);
    trace.restart(devices.length);
    trace.leftOut(plan === 'stages' ? results.gangs.leftOut : []);
    const chosen = choice && gangChoice(choice, devices.length);
    if (chosen !== undefined) log.info({ frame: id, devices }, chosen.reason);
    trace.gang.formed({ ...round, generation, choice: chosen }, trace.gangMs(nowMs()));
    metrics.gangs.inc({ strategy });
    record.state = 'running';
    events.publish('frame', frameDocument(record));
    if (carries === 'input' && record.sourcedMs === null) {
      const coming = this.#collect(record, attempt).finally(() => this.#coming.delete(record.id));
      this.#coming.set(record.id, coming);
    }
    record.sourcedMs ??= nowMs();
  }

  /**
   * Gets the letterboxed picture from the frame's source, as the gateway of the paper's MoDNN does. Where the source does not give it, the
   * gateway cuts its own; never fails.
   */
  async #collect(record: FrameRecord, attempt: number): Promise<void> {
    const { dispatcher, telemetry } = this.#parts;
    const { source } = record;
    if (source === '') return;
    try {
      await dispatcher.deliver(record, source, attempt);
      record.sourcedMs = telemetry.nowMs();
      const input = await dispatcher.collect(record, source);
      if (record.end === null) record.input = input;
    } catch (error) {
      const facts = { frame: record.id, device: source, attempt };
      telemetry.log.info({ ...facts, err: error }, 'source gave no letterboxed picture: the gateway cuts its own');
    }
  }

  /** Gives a task to a device; never fails. */
  async push(record: FrameRecord, effect: Extract<LedgerEffect, { kind: 'push' }>): Promise<void> {
    const { dispatcher, ledger, store, telemetry } = this.#parts;
    const { log } = telemetry;
    const isGang = strategyNamed(record.strategy).gang !== null;
    const { frame, part, attempt, device } = effect;
    try {
      // A gateway that is killed must not come back with an older generation than its devices have seen.
      if (record.generation > 1 && isGang) await store.update([record]);
      await this.#coming.get(frame);
      await dispatcher.push(record, effect);
      ledger.apply({ kind: 'part-pushed', frame, part, attempt, device });
    } catch (error) {
      const draining = hasCode(error, 'DT_DRAINING');
      const facts = { frame, tile: part, attempt, device };
      if (draining) log.info(facts, 'device is being drained: another one gets the task');
      else log.warn({ ...facts, err: error }, 'device did not take the task');
      const detail = (error as Error).message;
      ledger.apply({ kind: 'push-failed', frame, part, attempt, device, detail, draining });
    }
  }
}
