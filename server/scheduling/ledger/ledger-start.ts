import { takeTurn, waitingOrder } from '../policy/waiting-order.js';
import { LARGEST_ATTEMPT } from '../task-key.js';
import { holderOf, type LedgerDraft, reachable } from './ledger-draft.js';
import { GangForming } from './ledger-forming.js';
import { isHelping } from './ledger-gangs.js';
import { chooseSource } from './ledger-placement.js';
import { isUnderWay, resume } from './ledger-restore.js';
import type { LedgerFrame } from './ledger-state.js';

/**
 * Starts as many waiting frames as their sources have room for, in their order; of those that the gateway shares out one at a time. A
 * gang's frame starts when a device is free for it, whatever its source.
 */
export function startWaitingFrames(draft: LedgerDraft): void {
  const active = new Map<string, number>();
  let sharing = false;
  for (const { distribution, phase, source } of draft.frames.values()) {
    if ((phase.kind !== 'delivering' && phase.kind !== 'running') || distribution.kind === 'gang') continue;
    active.set(source, (active.get(source) ?? 0) + 1);
    sharing ||= distribution.kind !== 'stealing';
  }
  // Worked out once, and only when a frame waits: this is done with every event.
  let reached: ReadonlySet<string> | null = null;
  let gangs: GangForming | null = null;
  const waiting = waitingOrder(draft.frames.values(), draft.turns);
  for (const entry of waiting) {
    if (entry.phase.kind !== 'waiting' || entry.phase.notBeforeMs > draft.nowMs) continue;
    if (entry.distribution.kind === 'gang') {
      gangs ??= new GangForming(draft);
      gangs.form(entry);
      continue;
    }
    if (isUnderWay(entry)) {
      resume(draft, entry);
      sharing ||= entry.distribution.kind !== 'stealing';
      active.set(entry.source, (active.get(entry.source) ?? 0) + 1);
      continue;
    }
    reached ??= new Set(reachable(draft));
    const source = reached.has(entry.source) ? entry.source : chooseSource(draft);
    if (source === null || (active.get(source) ?? 0) >= draft.settings.framesPerSource) continue;
    const shared = entry.distribution.kind !== 'stealing';
    if (shared && sharing) continue;
    sharing ||= shared;
    active.set(source, (active.get(source) ?? 0) + 1);
    const attempt = entry.latest + 1;
    draft.frames.set(entry.frame, {
      ...entry,
      source,
      latest: attempt,
      isRestored: false,
      phase: { kind: 'delivering', attempt },
      startedMs: entry.startedMs ?? draft.nowMs,
    });
    draft.effects.push({ kind: 'deliver', frame: entry.frame, source, attempt });
  }
  for (const entry of waiting) if (draft.frames.get(entry.frame)?.phase.kind !== 'waiting') noteTurn(draft, entry);
}

/** Drops the older frames of a camera that have not begun, now that a newer one is accepted. Those whose policy is `all` stay. */
export function dropOlder(draft: LedgerDraft, newer: string, origin: string): void {
  for (const entry of [...draft.frames.values()]) {
    if (entry.frame === newer || entry.origin !== origin || !isDroppable(entry, draft.nowMs)) continue;
    draft.frames.delete(entry.frame);
    draft.effects.push({ kind: 'drop', frame: entry.frame, newer });
  }
}

/** Returns whether a newer frame of its camera drops this one: nothing of it has begun. Of one that was taken up again devices have a while to say. */
export function isDroppable(entry: LedgerFrame, nowMs: number): boolean {
  const { isRestored, phase, queue, startedMs } = entry;
  if (queue !== 'latest' || phase.kind !== 'waiting' || startedMs !== null) return false;
  return !isRestored || (phase.notBeforeMs <= nowMs && !isUnderWay(entry));
}

/** Notes that a frame begins, unless it has begun before. */
function noteTurn(draft: LedgerDraft, { origin, startedMs }: LedgerFrame): void {
  if (startedMs === null) draft.turns = takeTurn(draft.turns, origin);
}

/**
 * Has the gateway compute the first frame that no device can have now, unless it computes a frame or a block already: while no
 * device is there to take work, or, where the settings say so, while the gateway is idle and the devices are not. The frame stays
 * on the gateway.
 *
 * @returns whether there was one.
 */
export function computeHere(draft: LedgerDraft): boolean {
  const { gatewayComputes } = draft.settings;
  if (gatewayComputes === undefined) return false;
  const isAlone = isGatewayAlone(draft, gatewayComputes.aloneAfterMs);
  const helps = gatewayComputes.whenIdle && draft.deviceLessSinceMs === null;
  if ((!isAlone && !helps) || isHelping(draft)) return false;
  const open = [...draft.frames.values()];
  if (open.some(({ phase: { kind } }) => kind === 'local' || (helps && kind === 'finishing'))) return false;
  const running = open.filter(({ phase }) => phase.kind === 'running');
  const candidates = [...running, ...waitingOrder(open, draft.turns)];
  const first = candidates.find((entry) => isForNoDevice(entry, draft.nowMs, isAlone));
  if (first === undefined) return false;
  begin(draft, first);
  return true;
}

function isGatewayAlone({ deviceLessSinceMs, nowMs }: LedgerDraft, afterMs: number): boolean {
  return deviceLessSinceMs !== null && nowMs - deviceLessSinceMs >= afterMs;
}

/**
 * Returns whether a frame waits and no device has any of it.
 *
 * @param isAlone whether also one will do that was begun on devices which are gone.
 */
function isForNoDevice({ audits, parts, phase }: LedgerFrame, nowMs: number, isAlone: boolean): boolean {
  if (phase.kind === 'waiting' ? phase.notBeforeMs > nowMs : !isAlone || phase.kind !== 'running') return false;
  return audits.length === 0 && parts.every((part) => holderOf(part) === null);
}

function begin(draft: LedgerDraft, entry: LedgerFrame): void {
  const { frame, latest, parts } = entry;
  // A new generation: what devices that come back have of the frame is void. Of a frame that none had there is nothing.
  const generation = latest === 0 ? entry.generation : entry.generation + 1;
  const attempt = Math.min(Math.max(latest, ...parts.map((part) => part.attempt)) + 1, LARGEST_ATTEMPT);
  draft.frames.set(frame, {
    ...entry,
    generation,
    refused: [],
    avoided: null,
    failedDeliveries: 0,
    isRestored: false,
    phase: { kind: 'local' },
    startedMs: entry.startedMs ?? draft.nowMs,
    latest: attempt,
    parts: [{ kind: 'unplaced', attempt, failed: 0 }],
  });
  noteTurn(draft, entry);
  draft.effects.push({ kind: 'compute-here', frame, generation });
}
