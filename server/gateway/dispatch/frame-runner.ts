import { hasCode, unreachable } from '../../errors.js';
import type { EventLog } from '../../node/observe/event-log.js';
import type { Logger } from '../../node/observe/logger.js';
import type { NodeMetrics } from '../../node/observe/metrics.js';
import type { StripPool } from '../../node/wire/strip-pool.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import type { LedgerNotice } from '../../scheduling/ledger/ledger-events.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { DeviceRegistry } from '../devices/device-registry.js';
import type { DeviceSpeeds } from '../devices/device-speeds.js';
import type { Quarantine } from '../devices/quarantine.js';
import type { VictimDirectory } from '../devices/victim-directory.js';
import { type FrameEnd, type FrameRecord, frameDocument } from '../frames/frame-record.js';
import type { FrameStore } from '../frames/frame-store.js';
import type { Auditor } from '../results/auditor.js';
import type { HeadRunner } from '../results/head-runner.js';
import type { KeptOutputs } from '../results/kept-outputs.js';
import type { LayerRounds } from '../results/layer-rounds.js';
import type { ResultsPool } from '../results/results-pool.js';
import type { NodeDispatcher } from './node-dispatcher.js';

export interface FrameRunnerParts {
  readonly store: FrameStore;
  readonly pool: ResultsPool;
  readonly rounds: LayerRounds;
  readonly speeds: DeviceSpeeds;
  readonly strips: StripPool;
  readonly keptOutputs: KeptOutputs;
  readonly dispatcher: NodeDispatcher;
  readonly headRunner: HeadRunner;
  /** Null where nothing is audited. */
  readonly auditor: Auditor | null;
  readonly quarantine: Pick<Quarantine, 'begin'>;
  readonly registry: DeviceRegistry;
  readonly victims: VictimDirectory;
  readonly events: EventLog;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** A frame has ended. */
  readonly onEnd: () => void;
  /** Hands an event to the ledger. */
  readonly emit: (event: LedgerNotice) => void;
}

/** Carries out what the ledger decides. */
export class FrameRunner {
  readonly #parts: FrameRunnerParts;
  #isStopped = false;

  constructor(parts: FrameRunnerParts) {
    this.#parts = parts;
  }

  /** It is the gateway that ends from here on, and no frame by what then fails: they are open for its next life. */
  stop(): void {
    this.#isStopped = true;
  }

  carryOut(effect: LedgerEffect): void {
    if (this.#isStopped) return;
    const { registry, victims, store } = this.#parts;
    if (effect.kind === 'device-lost') {
      this.#parts.log.warn({ device: effect.device }, 'device lost: its tiles go to the others');
      registry.lost(effect.device);
      victims.pending(effect.device, 0);
      this.#parts.events.publish('device', registry.document(effect.device));
      return;
    }
    if (effect.kind === 'quarantine') {
      this.#parts.quarantine.begin(effect.device, effect.detail);
      return;
    }
    const record = store.open(effect.frame);
    if (record === undefined) return;
    switch (effect.kind) {
      case 'note':
        this.#note(record, effect);
        return;
      case 'deliver':
        void this.#deliver(record, effect.source, effect.attempt);
        return;
      case 'slice':
        this.#parts.rounds.begin(record.id, effect.attempt, this.#parts.speeds.sharesOf(effect.devices));
        record.trace.restart(effect.devices.length);
        return;
      case 'push':
        void this.#push(record, effect);
        return;
      case 'judge':
        void this.#judge(record, effect);
        return;
      case 'audited':
        this.#parts.metrics.audits.inc({ outcome: effect.outcome });
        return;
      case 'rerun':
        this.#rerun(record, effect.generation);
        return;
      case 'finish':
        void this.#finish(record);
        return;
      case 'fail':
        this.end(record, { kind: 'failed', code: effect.code, detail: effect.detail });
        return;
      default:
        unreachable(effect);
    }
  }

  /** Ends a frame, once. */
  end(record: FrameRecord, end: FrameEnd): void {
    if (record.end !== null) return;
    const { auditor, dispatcher, log, metrics, nowMs, pool, rounds, store, strips } = this.#parts;
    record.end = end;
    record.state = end.kind;
    const totalMs = record.trace.passedMs(nowMs());
    record.endedMs = record.createdMs + totalMs;
    pool.take(record.id);
    rounds.drop(record.id);
    strips.drop(record.id);
    auditor?.drop(record.id);
    store.ended(record);
    metrics.frameDuration.observe({ state: end.kind }, totalMs / 1000);
    const facts = { frame: record.id, source: record.source, totalMs };
    if (end.kind === 'complete') {
      const { fusedMs, remainingMs, trace } = record;
      const found = end.detections?.length ?? end.classification?.[0]?.label;
      log.info({ ...facts, fusedMs, remainingMs, found, tiles: trace.byDevice() }, 'frame complete');
    } else {
      log.error({ ...facts, code: end.code }, `frame failed: ${end.detail}`);
    }
    this.#publish(record);
    void dispatcher.notify(record);
    this.#parts.onEnd();
  }

  async #judge(record: FrameRecord, effect: Extract<LedgerEffect, { kind: 'judge' }>): Promise<void> {
    const { frame, part, attempt } = effect;
    // Only an auditor has the ledger audit anything.
    const finding = await this.#parts.auditor!.find(record, effect);
    if (!this.#isStopped) this.#parts.emit({ kind: 'audit-judged', frame, part, attempt, finding });
  }

  /** A device that computed something wrong had a share in it. */
  #rerun(record: FrameRecord, generation: number): void {
    const { auditor, keptOutputs, log, metrics, pool, rounds, store, strips } = this.#parts;
    const { id, trace } = record;
    pool.take(id);
    rounds.drop(id);
    strips.drop(id);
    keptOutputs.drop(id);
    auditor?.drop(id);
    trace.beginAnew();
    Object.assign(record, { generation, state: 'queued', sourcedMs: null, fusedMs: null, remainingMs: null });
    metrics.retries.inc({ what: 'frame' });
    log.warn(
      { frame: id, generation },
      'frame begun anew: what a device in quarantine may have had a share in is void',
    );
    void store.update([record]);
    this.#publish(record);
  }

  #note(record: FrameRecord, { part, note, device, attempt }: Extract<LedgerEffect, { kind: 'note' }>): void {
    const { events, log, nowMs } = this.#parts;
    record.trace.note(part, note, device, attempt, nowMs());
    const cost = note === 'done' ? { cost: record.trace.costOf(part) } : {};
    events.publish('tile', { frame: record.id, tile: part, event: note, device, attempt, ...cost });
    const facts = { frame: record.id, tile: part, attempt, device };
    if (note === 'expired' || note === 'lost') log.warn(facts, `tile ${note}`);
    else log.debug(facts, `tile ${note}`);
  }

  async #deliver(record: FrameRecord, source: string, attempt: number): Promise<void> {
    const { dispatcher, log, metrics, nowMs, store, emit } = this.#parts;
    store.sourced(record, source);
    record.state = 'running';
    this.#publish(record);
    try {
      await dispatcher.deliver(record, source, attempt);
      record.sourcedMs ??= nowMs();
      if (strategyNamed(record.strategy).placement === 'gateway') {
        const input = await dispatcher.collect(record, source);
        if (record.end === null) record.input = input;
      }
      emit({ kind: 'frame-delivered', frame: record.id, source, attempt });
    } catch (error) {
      const draining = isDraining(error);
      const facts = { frame: record.id, device: source, attempt };
      if (draining) log.info(facts, 'source is being drained: another one gets the frame');
      else log.warn({ ...facts, err: error }, 'source did not take the frame');
      metrics.retries.inc({ what: 'delivery' });
      const detail = `${source}: ${(error as Error).message}`;
      emit({ kind: 'delivery-failed', frame: record.id, source, attempt, detail, draining });
    }
  }

  async #push(record: FrameRecord, effect: Extract<LedgerEffect, { kind: 'push' }>): Promise<void> {
    const { dispatcher, log, emit } = this.#parts;
    const { frame, part, layer, attempt, device } = effect;
    try {
      await dispatcher.push(record, effect);
      emit({ kind: 'part-pushed', frame, part, layer, attempt, device });
    } catch (error) {
      const draining = isDraining(error);
      const facts = { frame, tile: part, layer, attempt, device };
      if (draining) log.info(facts, 'device is being drained: another one gets the task');
      else log.warn({ ...facts, err: error }, 'device did not take the task');
      emit({ kind: 'push-failed', frame, part, layer, attempt, device, detail: (error as Error).message, draining });
    }
  }

  async #finish(record: FrameRecord): Promise<void> {
    const { headRunner, keptOutputs, log, metrics, nowMs, pool, emit } = this.#parts;
    record.state = 'finishing';
    const { generation } = record;
    if (record.sourcedMs !== null) {
      record.fusedMs = nowMs() - record.sourcedMs;
      metrics.fusedDuration.observe(record.fusedMs / 1000);
    }
    this.#publish(record);
    try {
      const merged = pool.take(record.id)!;
      keptOutputs.keep(record.id, merged);
      const end = await headRunner.finish(record, merged);
      if (record.generation !== generation) return;
      metrics.remainingDuration.observe((record.remainingMs ?? 0) / 1000);
      this.end(record, end);
    } catch (error) {
      if (this.#isStopped || record.generation !== generation) return;
      log.error({ frame: record.id, err: error }, 'remaining layers failed');
      const detail = `the remaining layers could not be run: ${(error as Error).message}`;
      this.end(record, { kind: 'failed', code: 'DT_REMAINING_LAYERS', detail });
    }
    emit({ kind: 'frame-ended', frame: record.id });
  }

  #publish(record: FrameRecord): void {
    this.#parts.events.publish('frame', frameDocument(record));
  }
}

function isDraining(error: unknown): boolean {
  return hasCode(error, 'DT_DRAINING');
}
