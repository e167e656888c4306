import { hasCode } from '../../errors.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import type { LedgerSink } from '../../scheduling/ledger/ledger-events.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { DeviceSpeeds } from '../devices/device-speeds.js';
import { type FrameRecord, frameDocument } from '../frames/frame-record.js';
import type { FrameStore } from '../frames/frame-store.js';
import type { GatewayResults } from '../results/gateway-results.js';
import type { NodeDispatcher } from './node-dispatcher.js';

export interface DeliveriesParts {
  readonly dispatcher: NodeDispatcher;
  readonly store: Pick<FrameStore, 'sourced' | 'update'>;
  readonly results: Pick<GatewayResults, 'blocks' | 'boxes' | 'rounds' | 'gangs'>;
  readonly speeds: DeviceSpeeds;
  readonly ledger: LedgerSink;
  readonly telemetry: Telemetry;
}

/** Has pictures and tasks brought to devices, and reports to the ledger whether the devices took them. */
export class Deliveries {
  readonly #parts: DeliveriesParts;

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

  /** Cuts the fused stack into slices, larger ones for faster devices. */
  slice({ id, trace }: FrameRecord, { attempt, devices }: Extract<LedgerEffect, { kind: 'slice' }>): void {
    const { results, speeds } = this.#parts;
    results.rounds.begin(id, attempt, speeds.sharesOf(devices));
    trace.restart(devices.length);
  }

  /** Notes which devices compute a frame together. Its picture goes to each of them with the task. */
  gang(record: FrameRecord, { attempt, devices }: Extract<LedgerEffect, { kind: 'gang' }>): void {
    const { results, telemetry } = this.#parts;
    const { events, metrics, nowMs } = telemetry;
    const { generation, id, strategy, trace } = record;
    results.blocks.take(id);
    results.boxes.take(id);
    const round = results.gangs.begin(id, attempt, devices);
    trace.restart(devices.length);
    trace.leftOut(results.gangs.leftOut);
    trace.gang.formed({ ...round, generation }, trace.gangMs(nowMs()));
    metrics.gangs.inc({ strategy });
    record.state = 'running';
    record.sourcedMs ??= nowMs();
    events.publish('frame', frameDocument(record));
  }

  /** Gives a task to a device; never fails. */
  async push(record: FrameRecord, effect: Extract<LedgerEffect, { kind: 'push' }>): Promise<void> {
    const { dispatcher, ledger, store, telemetry } = this.#parts;
    const { log } = telemetry;
    const isGang = strategyNamed(record.strategy).outputs === 'blocks';
    const { frame, part, layer, attempt, device } = effect;
    try {
      // A gateway that is killed must not come back with an older generation than its devices have seen.
      if (record.generation > 1 && isGang) await store.update([record]);
      await dispatcher.push(record, effect);
      ledger.apply({ kind: 'part-pushed', frame, part, layer, attempt, device });
    } catch (error) {
      const draining = hasCode(error, 'DT_DRAINING');
      const facts = { frame, tile: part, layer, attempt, device };
      if (draining) log.info(facts, 'device is being drained: another one gets the task');
      else log.warn({ ...facts, err: error }, 'device did not take the task');
      const detail = (error as Error).message;
      ledger.apply({ kind: 'push-failed', frame, part, layer, attempt, device, detail, draining });
    }
  }
}
