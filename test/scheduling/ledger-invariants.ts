import type { LedgerStep } from '../../server/scheduling/ledger/frame-ledger.js';
import type { LedgerEffect } from '../../server/scheduling/ledger/ledger-effects.js';
import type { LedgerEvent } from '../../server/scheduling/ledger/ledger-events.js';
import type {
  Distribution,
  FrameLedger,
  LedgerDevice,
  LedgerFrame,
  PartState,
} from '../../server/scheduling/ledger/ledger-state.js';

import { checkAudits, checkQuarantine } from './audit-invariants.js';
import { CameraInvariants } from './camera-invariants.js';
import { demand } from './demand.js';
import { availableIn, checkAvailable, checkHandedBack } from './draining-invariants.js';
import { checkGangFinished, checkGangFormed, checkGangResult, checkGangs } from './gang-invariants.js';
import { checkRemaining, checkRemainingOrder, isTakenBack } from './remaining-invariants.js';

/** What has become of one frame, as told by events and effects alone. */
interface FrameRecord {
  readonly distribution: Distribution['kind'];
  /** Of tiles. A layered frame has as many as it has slices at the time, each once a layer; a gang's as it has members. */
  readonly parts: number;
  /** Its source had the picture from the start, so that the ledger could not hold it back. */
  bySource: boolean;
  /** Parts whose result was accepted. */
  readonly accepted: Set<number | string>;
  /** `part#attempt` of everything that was given to a device. */
  readonly issued: Set<string>;
  /** The highest attempt of the generations before: what is given out now lies above it. 0 in the first. */
  outdated: number;
  end: 'finish' | 'fail' | null;
  /** The gateway said `frame-ended`, or the ledger failed it. */
  gone: boolean;
}

type LocalOrder = Extract<LedgerEffect, { kind: 'compute-here' }>;

/** Follows a frame ledger and throws at the first step that breaks a promise of design section 7. */
export class LedgerInvariants {
  readonly #frames = new Map<string, FrameRecord>();
  readonly #cameras = new CameraInvariants();

  check(before: FrameLedger, event: LedgerEvent, nowMs: number, step: LedgerStep): void {
    try {
      this.#recordEvent(before, event, step);
      for (const effect of step.effects) {
        this.#recordEffect(before, step.ledger, effect);
        checkAvailable(step.ledger, effect);
        if (effect.kind === 'fail') checkReason(before, event, step.ledger, nowMs, effect);
        if (effect.kind === 'device-lost') checkLoss(before, event, nowMs, effect.device);
      }
      this.#cameras.check(before, event, nowMs, step);
      checkQuarantine(before, event, step);
      this.#nothingLostNothingLeft(step.ledger);
      for (const frame of step.ledger.frames.values()) {
        checkFrame(step.ledger, before.frames.get(frame.frame), frame);
        checkAttempts(frame, this.#frames.get(frame.frame)!.outdated);
      }
      this.#sourcesNotOverfull(step.ledger);
      checkGangs(step.ledger, nowMs);
      checkRemaining(step.ledger);
      if (event.kind === 'tick') checkNothingOverdue(step.ledger, nowMs);
      if (event.kind === 'device-seen') checkHandedBack(step.ledger, event);
    } catch (cause) {
      throw new Error(`${(cause as Error).message}; at ${nowMs} ms, after ${JSON.stringify(event)}`, { cause });
    }
  }

  /** Frames that were accepted and have not ended. */
  open(): string[] {
    return [...this.#frames].filter(([, { end, gone }]) => end === null && !gone).map(([frame]) => frame);
  }

  endOf(frame: string): 'finish' | 'fail' | null {
    return this.#frames.get(frame)?.end ?? null;
  }

  #recordEvent(before: FrameLedger, event: LedgerEvent, step: LedgerStep): void {
    if (event.kind === 'frame-accepted') {
      const { parts, distribution: { kind: distribution } = { kind: 'stealing' } } = event;
      const bySource = event.delivered && distribution === 'stealing' && !before.quarantined.has(event.source ?? '');
      const record = { parts, distribution, bySource, accepted: new Set<number | string>(), end: null };
      this.#frames.set(event.frame, { ...record, issued: new Set(), outdated: 0, gone: false });
      if (bySource) this.#issueAll(event.frame, 1);
    }
    if (event.kind === 'frame-restored') {
      const { distribution, frame, parts } = event;
      // Devices may go on with more of them than a source is given.
      const facts = { parts, distribution: distribution.kind, bySource: true, outdated: 0, end: null, gone: false };
      this.#frames.set(frame, { ...facts, accepted: new Set(), issued: new Set() });
    }
    if (event.kind === 'frame-ended') {
      const record = this.#frames.get(event.frame);
      if (record !== undefined) record.gone = true;
    }
    if (event.kind === 'result') this.#recordResult(before, event, step);
    else demand(step.verdict === null, 'a verdict without a result');
  }

  #recordResult(before: FrameLedger, event: Extract<LedgerEvent, { kind: 'result' }>, { verdict }: LedgerStep): void {
    const { frame, part, generation, attempt, device } = event;
    const record = this.#frames.get(frame);
    const entry = before.frames.get(frame);
    const isVoid = generation !== (entry?.generation ?? generation) || entry?.phase.kind === 'local';
    if (isVoid || before.quarantined.has(device)) {
      demand(verdict === 'stale', `a result that was thrown away, or of a device in quarantine, is ${verdict}`);
      return;
    }
    if (record?.distribution === 'gang') {
      checkGangResult(record.gone ? undefined : entry, event, verdict);
      if (verdict === 'accepted') record.accepted.add(`${part}#${attempt}`);
      return;
    }
    const audit = entry?.audits.find(({ phase }) => phase.attempt === attempt);
    const isAudit = audit?.part === part && audit.phase.kind === 'running' && audit.tried[0] !== device;
    const again = isAudit ? 'to-compare' : 'duplicate';
    if (record === undefined || record.gone || part >= record.parts) {
      demand(verdict === 'stale', `a result for nothing open is ${verdict}`);
      return;
    }
    demand(verdict === (record.accepted.has(part) ? again : 'accepted'), `result is ${verdict}`);
    record.accepted.add(part);
  }

  #recordEffect(before: FrameLedger, after: FrameLedger, effect: LedgerEffect): void {
    if (effect.kind === 'device-lost') {
      demand(before.devices.has(effect.device) && !after.devices.has(effect.device), 'lost a device it did not have');
      return;
    }
    if (effect.kind === 'quarantine') return;
    const record = this.#frames.get(effect.frame);
    if (record === undefined) throw new Error(`${effect.kind} for a frame that was never accepted`);
    demand(!record.gone, `${effect.kind} for a frame that has ended`);
    if (effect.kind === 'drop') {
      demand(record.end === null && record.accepted.size === 0, `dropped after ${record.end}`);
      record.gone = true;
      return;
    }
    if (effect.kind === 'finish' || effect.kind === 'fail') {
      this.#recordEnd(before, after, record, effect);
      return;
    }
    if (effect.kind === 'compute-here') {
      this.#recordLocal(before, after, record, effect);
      return;
    }
    if (effect.kind === 'rerun') {
      const earlier = before.frames.get(effect.frame)!;
      demand(earlier.phase.kind !== 'local', 'what the gateway computes begins again');
      record.outdated = highestAttempt(earlier, record);
      record.accepted.clear();
      record.end = null;
      record.bySource = false;
    }
    if (effect.kind === 'gang') checkGangFormed(before, after, effect);
    if (effect.kind === 'gang-ended') {
      const { distribution, phase } = before.frames.get(effect.frame) ?? {};
      demand(distribution?.kind === 'gang' && phase?.kind === 'running', 'a gang has ended that was not there');
      return;
    }
    if (effect.kind === 'check') {
      const { audits, parts } = after.frames.get(effect.frame)!;
      const isDone = parts.every(({ attempt, kind }) => kind === 'done' && attempt === effect.attempt);
      demand(isDone && audits.length === 1, 'a gang is checked before all of its blocks are there');
    }
    if (effect.kind === 'gang' || effect.kind === 'check' || effect.kind === 'rerun') return;
    if (effect.kind !== 'deliver' && isOfTiles(record)) {
      demand(effect.part >= 0 && effect.part < record.parts, 'a part that does not exist');
    }
    if (effect.kind === 'deliver' || effect.kind === 'push') this.#recordOrder(after, effect);
  }

  /** A frame that no device has any more, once, and never two at a time. */
  #recordLocal(before: FrameLedger, after: FrameLedger, record: FrameRecord, { frame, generation }: LocalOrder): void {
    const { gatewayComputes } = after.settings;
    const entry = after.frames.get(frame)!;
    demand(record.end === null, `the gateway computes it after ${record.end}`);
    demand(availableIn(after) === 0 || gatewayComputes!.whenIdle, 'the gateway computes alone, and a device is there');
    const locals = [...after.frames.values()].filter(({ phase }) => phase.kind === 'local');
    demand(locals.length === 1 && locals[0] === entry, 'the gateway computes two frames at a time');
    demand(entry.generation === generation, 'another generation is computed than the ledger has');
    const earlier = before.frames.get(frame);
    if (earlier !== undefined && earlier.generation < generation) record.outdated = highestAttempt(earlier, record);
    record.accepted.clear();
    record.end = 'finish';
  }

  #recordEnd(
    before: FrameLedger,
    after: FrameLedger,
    record: FrameRecord,
    effect: Extract<LedgerEffect, { kind: 'finish' | 'fail' }>,
  ) {
    const { kind, frame } = effect;
    const isAgain = kind === 'finish' && isTakenBack(before, effect);
    demand(record.end === null || isAgain, `${kind} after ${record.end}`);
    record.end = kind;
    if (kind === 'fail') {
      record.gone = true;
      return;
    }
    if (effect.kind === 'finish') checkRemainingOrder(after, effect);
    if (record.distribution === 'gang') checkGangFinished(after.frames.get(frame)!, record.accepted);
    if (isOfTiles(record)) {
      demand(record.accepted.size === record.parts, `finished with ${record.accepted.size} of ${record.parts} parts`);
    }
    demand(after.frames.get(frame)?.phase.kind === 'finishing', 'finished, and not kept until the gateway ends it');
  }

  /** Work that is begun is for a live device, fits what the ledger notes, and is an attempt of its own. */
  #recordOrder(after: FrameLedger, effect: Extract<LedgerEffect, { kind: 'deliver' | 'push' }>): void {
    const entry = after.frames.get(effect.frame);
    if (effect.kind === 'deliver') {
      const { phase, source } = entry!;
      demand(entry!.distribution.kind !== 'gang', 'a frame of a gang is given to a source');
      demand(phase.kind === 'delivering' && source === effect.source, 'a delivery that is not noted');
      demand(phase.kind === 'delivering' && phase.attempt === effect.attempt, 'a delivery with the wrong attempt');
      if (entry?.distribution.kind === 'stealing') this.#issueAll(effect.frame, effect.attempt);
      return;
    }
    const { part, attempt, device } = effect;
    const state = entry?.parts[part];
    if (effect.audit) checkAudits(entry, effect);
    else demand(state?.kind === 'pushing' && state.device === device && state.attempt === attempt, 'an unnoted push');
    this.#issue(effect.frame, part, attempt);
  }

  #issueAll(frame: string, attempt: number): void {
    for (let part = 0; part < this.#frames.get(frame)!.parts; part++) this.#issue(frame, part, attempt);
  }

  #issue(frame: string, part: number, attempt: number): void {
    const { issued, outdated } = this.#frames.get(frame)!;
    demand(attempt > outdated, `attempt ${attempt} of part ${part}, and ${outdated} was of an older generation`);
    const key = `${part}#${attempt}`;
    demand(!issued.has(key), `attempt ${attempt} of part ${part} given away twice`);
    issued.add(key);
  }

  #nothingLostNothingLeft(ledger: FrameLedger): void {
    for (const [frame, { gone }] of this.#frames) {
      demand(ledger.frames.has(frame) !== gone, gone ? `${frame} has ended and is still there` : `${frame} is lost`);
    }
    demand(ledger.frames.size <= this.#frames.size, 'a frame that was never accepted');
  }

  #sourcesNotOverfull(ledger: FrameLedger): void {
    const held = new Map<string, number>();
    for (const { distribution, frame, phase, source } of ledger.frames.values()) {
      if ((phase.kind !== 'delivering' && phase.kind !== 'running') || distribution.kind === 'gang') continue;
      if (this.#frames.get(frame)!.bySource) continue;
      held.set(source, (held.get(source) ?? 0) + 1);
    }
    for (const [source, count] of held) {
      demand(count <= ledger.settings.framesPerSource, `${source} has ${count} frames at once`);
    }
  }
}

function checkFrame(ledger: FrameLedger, earlier: LedgerFrame | undefined, frame: LedgerFrame): void {
  const { attempts } = ledger.settings;
  const { failedDeliveries, generation, latest, phase, parts, source } = frame;
  const isSame = generation === earlier?.generation;
  demand(generation >= (earlier?.generation ?? 1), `generation ${generation} after ${earlier?.generation}`);
  demand(latest >= (earlier?.latest ?? 0), `attempt ${latest} after ${earlier?.latest}`);
  demand(failedDeliveries < attempts, `${failedDeliveries} failed deliveries`);
  if (isSame) demand(failedDeliveries >= earlier.failedDeliveries, 'a delivery that failed is forgotten');
  if (phase.kind === 'delivering') demand(ledger.devices.has(source), 'delivering to a device that is not live');
  const done = parts.every(({ kind }) => kind === 'done') && frame.audits.length === 0;
  demand(done === (phase.kind === 'finishing'), `${phase.kind} with ${done ? 'every part' : 'parts not'} done`);
  for (const [i, part] of parts.entries()) {
    const { kind } = frame.distribution;
    const isAnew = (kind === 'gang' && isCutAnew(frame, earlier)) || !isSame;
    const before = isAnew ? undefined : earlier?.parts[i];
    checkPart(ledger, attempts, before, part);
    if (phase.kind !== 'running') demand(part.kind !== 'pushing', `pushing while ${phase.kind}`);
  }
}

/** Whatever has an attempt number in this generation has it above those of all generations before. */
function checkAttempts({ audits, frame, latest, parts, phase }: LedgerFrame, outdated: number): void {
  const attempts = [...parts, phase, ...audits.map(({ phase: audit }) => audit)].flatMap((at) =>
    'attempt' in at ? [at.attempt] : [],
  );
  demand(latest >= outdated, `${frame} has forgotten attempt ${outdated}`);
  for (const attempt of attempts) demand(attempt > outdated, `attempt ${attempt} of ${frame} after ${outdated}`);
}

/** Of what the ledger noted for a frame, and of what it gave to devices. */
function highestAttempt({ latest, parts }: LedgerFrame, { issued }: FrameRecord): number {
  const given = [...issued].map((key) => Number(key.slice(key.indexOf('#') + 1)));
  const noted = parts.flatMap((part) => ('attempt' in part ? [part.attempt] : []));
  return Math.max(latest, ...noted, ...given);
}

function isOfTiles({ distribution }: FrameRecord): boolean {
  return distribution === 'stealing' || distribution === 'sharing';
}

/** The blocks of the next attempt take the place of those that are done. */
function isCutAnew({ parts }: LedgerFrame, earlier: LedgerFrame | undefined): boolean {
  return parts[0]!.attempt !== earlier?.parts[0]?.attempt;
}

function checkPart(ledger: FrameLedger, attempts: number, earlier: PartState | undefined, part: PartState): void {
  if (part.kind === 'done') return;
  demand(earlier?.kind !== 'done', 'a part that was done is open again');
  demand(part.attempt >= (earlier?.attempt ?? 1), `attempt ${part.attempt} after ${earlier?.attempt}`);
  demand(part.failed < attempts, `${part.failed} failed tries of ${attempts}`);
  demand(part.failed >= (earlier?.failed ?? 0), `${part.failed} failed tries after ${earlier?.failed}`);
  // A part that is looked for may have been last seen with a device that is gone.
  if (part.kind === 'unplaced' || part.kind === 'missing') return;
  demand(ledger.devices.has(part.device), `${part.kind} at a device that is not live`);
}

function checkNothingOverdue(ledger: FrameLedger, nowMs: number): void {
  checkGatewayWorks(ledger, nowMs);
  const { frameTimeoutMs, lostAfterMs } = ledger.settings;
  for (const { device, lastSeenMs } of ledger.devices.values()) {
    demand(nowMs - lastSeenMs <= lostAfterMs, `${device} is silent and still live`);
  }
  for (const { audits, phase, startedMs, parts } of ledger.frames.values()) {
    if (phase.kind === 'finishing' || phase.kind === 'local') continue;
    demand(startedMs === null || nowMs - startedMs <= frameTimeoutMs, 'a frame beyond its time');
    for (const { phase: of } of audits) {
      if (of.kind === 'running') demand(of.deadlineMs >= nowMs, 'an audit beyond its deadline');
    }
    for (const part of parts) {
      if ('deadlineMs' in part) demand(part.deadlineMs >= nowMs, `${part.kind} beyond its deadline`);
      if (part.kind !== 'unplaced' || phase.kind !== 'running') continue;
      demand(availableIn(ledger) === 0, 'a part of a running frame unplaced though a device is there for it');
    }
  }
}

/** While no device is there, the gateway computes one of the frames that no device has, or a block with its own device. */
function checkGatewayWorks({ deviceLessSinceMs, frames, settings }: FrameLedger, nowMs: number): void {
  const { gatewayComputes } = settings;
  if (gatewayComputes === undefined || deviceLessSinceMs === null) return;
  if (nowMs - deviceLessSinceMs < gatewayComputes.aloneAfterMs) return;
  const open = [...frames.values()];
  if (open.some(({ phase }) => phase.kind === 'local')) return;
  const isOwn = (part: PartState) => 'device' in part && part.kind !== 'done' && part.device === settings.helper;
  if (open.some(({ distribution, parts }) => distribution.kind === 'gang' && parts.some(isOwn))) return;
  for (const { audits, frame, parts, phase } of open) {
    const isLate = phase.kind === 'running' || (phase.kind === 'waiting' && phase.notBeforeMs <= nowMs);
    const isHeld = audits.length > 0 || parts.some(({ kind }) => kind !== 'unplaced' && kind !== 'done');
    demand(!isLate || isHeld, `${frame} is with no device, and the gateway computes nothing`);
  }
}

/** A frame that fails says why, and it is so. */
function checkReason(
  before: FrameLedger,
  event: LedgerEvent,
  after: FrameLedger,
  nowMs: number,
  { frame, code }: { frame: string; code: string },
): void {
  const { attempts, frameTimeoutMs } = before.settings;
  const { startedMs, failedDeliveries, parts } = before.frames.get(frame)!;
  switch (code) {
    case 'DT_FRAME_TIMEOUT':
      demand(startedMs !== null && nowMs - startedMs > frameTimeoutMs, 'a frame timed out before its time');
      return;
    case 'DT_NO_DEVICE':
      demand(startedMs === null && availableIn(after) === 0, 'no device, it says, and one is there');
      demand(before.settings.gatewayComputes === undefined, 'no device, it says, and the gateway computes');
      return;
    case 'DT_SOURCE_UNREACHABLE':
      demand(failedDeliveries === attempts - 1, `unreachable after ${failedDeliveries + 1} of ${attempts} deliveries`);
      return;
    case 'DT_TILE_ATTEMPTS':
      demand(event.kind !== 'result' && parts.some(isOnLastAttempt), 'no part had its last attempt');
      return;
    case 'DT_AUDIT_UNDECIDED':
      demand(event.kind === 'audit-judged' && event.finding.kind !== 'wrong', 'undecided, it says, and it was decided');
      return;
    case 'DT_NOT_FINITE': {
      const refused = new Set(before.frames.get(frame)!.refused.map(({ device }) => device));
      if (event.kind === 'result-refused') refused.add(event.device);
      const takesWork = ({ device, draining }: LedgerDevice) =>
        !draining && device !== after.settings.helper && !after.quarantined.has(device);
      const left = [...after.devices.values()].filter((one) => takesWork(one) && !refused.has(one.device));
      demand(left.length === 0, 'a device that may give finite values was not asked');
      return;
    }
    default:
      throw new Error(`failed with ${code}`);
  }

  function isOnLastAttempt(part: PartState): boolean {
    return part.kind !== 'done' && part.failed === attempts - 1;
  }
}

function checkLoss({ devices, settings }: FrameLedger, event: LedgerEvent, nowMs: number, device: string): void {
  if (event.kind === 'device-dead' && event.device === device) return;
  demand(nowMs - devices.get(device)!.lastSeenMs > settings.lostAfterMs, `${device} was lost, and was heard of`);
}
