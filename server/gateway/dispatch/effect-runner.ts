import { DeepThingsError, unreachable } from '../../errors.js';
import type { Telemetry } from '../../node/observe/telemetry.js';
import type { LedgerEffect } from '../../scheduling/ledger/ledger-effects.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import type { GatewayDevices } from '../devices/gateway-devices.js';
import type { FrameRecord } from '../frames/frame-record.js';
import type { GatewayFrames } from '../frames/gateway-frames.js';
import type { Audits } from './audits.js';
import type { Deliveries } from './deliveries.js';
import type { FrameFinisher } from './frame-finisher.js';
import type { RemainingLayers } from './remaining-layers.js';
import type { WholeFrames } from './whole-frames.js';

export interface EffectRunnerParts {
  readonly frames: Pick<GatewayFrames, 'store' | 'inputOf'>;
  readonly devices: GatewayDevices;
  readonly deliveries: Deliveries;
  readonly audits: Audits;
  readonly endings: {
    readonly finisher: FrameFinisher;
    readonly remaining: RemainingLayers;
    readonly whole: WholeFrames;
  };
  readonly telemetry: Telemetry;
}

/** Carries out what the ledger decides. */
export class EffectRunner {
  readonly #parts: EffectRunnerParts;

  constructor(parts: EffectRunnerParts) {
    this.#parts = parts;
  }

  carryOut(effect: LedgerEffect): void {
    const { devices, frames } = this.#parts;
    if (effect.kind === 'device-lost') {
      this.#lost(effect.device);
      return;
    }
    if (effect.kind === 'quarantine') {
      devices.quarantine.begin(effect.device, effect.detail);
      return;
    }
    const record = frames.store.open(effect.frame);
    if (record !== undefined) this.#carryOutFor(record, effect);
  }

  #carryOutFor(
    record: FrameRecord,
    effect: Exclude<LedgerEffect, { readonly kind: 'device-lost' | 'quarantine' }>,
  ): void {
    const { audits, deliveries, endings } = this.#parts;
    const { finisher } = endings;
    switch (effect.kind) {
      case 'note':
        this.#note(record, effect);
        return;
      case 'deliver':
        void deliveries.deliver(record, effect);
        return;
      case 'gang':
        deliveries.gang(record, effect);
        return;
      case 'gang-ended':
        this.#gangEnded(record, effect);
        return;
      case 'push':
        void this.#push(record, effect);
        return;
      case 'judge':
        void audits.judge(record, effect);
        return;
      case 'check':
        void audits.check(record, effect);
        return;
      case 'audited':
        audits.ended(effect);
        return;
      case 'rerun':
        finisher.rerun(record, effect);
        return;
      case 'finish':
        void endings.remaining.finish(record, effect);
        return;
      case 'compute-here':
        void this.#computeHere(record, effect);
        return;
      case 'fail':
        finisher.end(record, { kind: 'failed', code: effect.code, detail: effect.detail });
        return;
      case 'drop':
        finisher.end(record, { kind: 'dropped', newer: effect.newer });
        return;
      default:
        unreachable(effect);
    }
  }

  /**
   * Gives a task to a device. A gang's frame that is checked or begins again is letterboxed first: members may have seen different pictures, or may not
   * have been able to decode this one.
   */
  async #push(record: FrameRecord, effect: Extract<LedgerEffect, { kind: 'push' }>): Promise<void> {
    const { audits, deliveries } = this.#parts;
    const { attempt } = effect;
    const { generation, strategy } = record;
    const isNeeded = attempt > 1 || generation > 1 || audits.picksGang(record, attempt);
    if (isNeeded && strategyNamed(strategy).gang?.carries === 'picture' && !(await this.#letterbox(record))) return;
    await deliveries.push(record, effect);
  }

  async #computeHere(record: FrameRecord, effect: Extract<LedgerEffect, { kind: 'compute-here' }>): Promise<void> {
    if (await this.#letterbox(record)) await this.#parts.endings.whole.compute(record, effect);
  }

  /** Returns whether the frame is still open and has its input; a picture that cannot be decoded ends it. */
  async #letterbox(record: FrameRecord): Promise<boolean> {
    if (record.input !== null) return true;
    try {
      await this.#parts.frames.inputOf(record);
    } catch (error) {
      const code = error instanceof DeepThingsError ? error.code : 'DT_PICTURE_LOST';
      this.#parts.endings.finisher.abort(record, code, (error as Error).message);
    }
    return record.end === null;
  }

  #lost(device: string): void {
    const { devices, telemetry } = this.#parts;
    telemetry.log.warn({ device }, 'device lost: its tiles go to the others');
    devices.registry.lost(device);
    devices.victims.pending(device, 0);
    telemetry.events.publish('device', devices.registry.document(device));
  }

  #gangEnded({ id, trace }: FrameRecord, effect: Extract<LedgerEffect, { kind: 'gang-ended' }>): void {
    const { log, metrics, nowMs } = this.#parts.telemetry;
    const { detail, device, reason } = effect;
    trace.gang.ended({ reason, device: device === '' ? null : device, detail }, trace.gangMs(nowMs()));
    metrics.gangAttempts.inc({ outcome: reason });
    log.info({ frame: id, device, reason }, `gang ended: ${detail}`);
  }

  #note(record: FrameRecord, { part, note, device, attempt }: Extract<LedgerEffect, { kind: 'note' }>): void {
    const { events, log, nowMs } = this.#parts.telemetry;
    record.trace.note(part, note, device, attempt, nowMs());
    const cost = note === 'done' ? { cost: record.trace.costOf(part) } : {};
    events.publish('tile', { frame: record.id, tile: part, event: note, device, attempt, ...cost });
    const facts = { frame: record.id, tile: part, attempt, device };
    const what = strategyNamed(record.strategy).gang === null ? 'tile' : 'block';
    if (note === 'expired' || note === 'lost') log.warn(facts, `${what} ${note}`);
    else log.debug(facts, `${what} ${note}`);
  }
}
