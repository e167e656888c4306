import { LARGEST_ATTEMPT } from '../task-key.js';
import { failFrame, holderOf, type LedgerDraft, loads, note, reachable, setPart } from './ledger-draft.js';
import { type GangEnd, isGang, restartGang } from './ledger-gangs.js';
import type { LedgerFrame, PartPlace } from './ledger-state.js';

/**
 * Chooses the source of a frame that named none: the available device with the least pending, round robin among equals.
 *
 * @returns null when no device is available.
 */
export function chooseSource(draft: LedgerDraft, avoid: string | null = null): string | null {
  const { stealOnly = [] } = draft.settings;
  const all = [...loads(draft)].filter(([device]) => !stealOnly.includes(device));
  const candidates = all.some(([device]) => device !== avoid) ? all.filter(([device]) => device !== avoid) : all;
  if (candidates.length === 0) return null;
  const least = Math.min(...candidates.map(([, load]) => load));
  const equals = candidates
    .filter(([, load]) => load === least)
    .map(([device]) => device)
    .sort();
  const chosen = equals.find((device) => draft.lastSource !== null && device > draft.lastSource) ?? equals[0]!;
  draft.lastSource = chosen;
  return chosen;
}

/**
 * A source that did not take its frame: another one gets it after a pause, a bounded number of times.
 *
 * @param hasFailed false when the source was being drained.
 */
export function retryDelivery(
  draft: LedgerDraft,
  entry: LedgerFrame,
  { detail, hasFailed }: { readonly detail: string; readonly hasFailed: boolean },
): void {
  const { attempts, retryMs } = draft.settings;
  const failed = entry.failedDeliveries + (hasFailed ? 1 : 0);
  if (failed >= attempts) {
    const reason = `the picture could not be given to a source device in ${failed} attempts; last: ${detail}`;
    failFrame(draft, entry.frame, 'DT_SOURCE_UNREACHABLE', reason);
    return;
  }
  const source = chooseSource(draft, entry.source) ?? entry.source;
  const notBeforeMs = draft.nowMs + (hasFailed ? retryMs * 2 ** (failed - 1) : 0);
  draft.frames.set(entry.frame, {
    ...entry,
    source,
    failedDeliveries: failed,
    phase: { kind: 'waiting', notBeforeMs },
  });
}

/**
 * Gives parts that their holders lost to other devices, as their next attempt; one that has had its last try fails the
 * frame. While the frame's source is still being sought or fed nothing is pushed: the delivery brings every part that
 * nobody has, under an attempt of its own.
 */
export function replaceParts(
  draft: LedgerDraft,
  frame: string,
  lost: readonly number[],
  { reason, why, what }: Pick<GangEnd, 'reason' | 'why' | 'what'>,
): void {
  const entry = draft.frames.get(frame)!;
  const { parts, phase } = entry;
  if (phase.kind === 'running' && isGang(entry)) {
    if (lost.length > 0) restartGang(draft, entry, { member: lost[0]!, reason, why, what });
    return;
  }
  if (phase.kind !== 'running') {
    for (const i of lost) setPart(draft, frame, i, { kind: 'unplaced', attempt: parts[i]!.attempt });
    return;
  }
  const more = why === 'failed' ? 1 : 0;
  const { attempts } = draft.settings;
  const spent = lost.find((i) => parts[i]!.failed + more >= attempts || parts[i]!.attempt >= LARGEST_ATTEMPT);
  if (spent !== undefined) {
    const reason = `tile ${spent} gave no result in ${attempts} attempts; the devices' logs say why`;
    failFrame(draft, frame, 'DT_TILE_ATTEMPTS', reason);
    return;
  }
  placeParts(
    draft,
    frame,
    lost.map((part) => {
      const { attempt, failed } = parts[part]!;
      return { part, attempt: attempt + 1, failed: failed + more, avoid: holderOf(parts[part]!) };
    }),
  );
}

interface Placement {
  readonly part: number;
  /** The attempt that this will be. */
  readonly attempt: number;
  readonly failed: number;
  /** The device that had it before: only taken when there is no other. */
  readonly avoid: string | null;
}

/** Gives every part that nobody has to the available devices in turn (WSH of the paper's section V). */
export function shareParts(draft: LedgerDraft, frame: string, attempt: number): void {
  const devices = reachable(draft).toSorted();
  for (const [part, { kind }] of draft.frames.get(frame)!.parts.entries()) {
    if (kind !== 'unplaced' || devices.length === 0) continue;
    const device = devices[part % devices.length]!;
    const state: PartPlace = { kind: 'pushing', attempt, device };
    setPart(draft, frame, part, state);
    draft.effects.push({ kind: 'push', frame, part, attempt, device });
    note(draft, frame, part, 'pushed', state);
  }
}

/** Gives parts to the least loaded available device, one after another; while there is none they stay unplaced. */
export function placeParts(draft: LedgerDraft, frame: string, placements: readonly Placement[]): void {
  if (placements.length === 0) return;
  const loadOf = loads(draft);
  for (const { part, attempt, failed, avoid } of placements) {
    const device = leastLoaded(loadOf, avoid);
    if (device === null) {
      setPart(draft, frame, part, { kind: 'unplaced', attempt }, failed);
      continue;
    }
    const state: PartPlace = { kind: 'pushing', attempt, device };
    setPart(draft, frame, part, state, failed);
    if (avoid !== null && loadOf.has(avoid)) loadOf.set(avoid, loadOf.get(avoid)! - 1);
    loadOf.set(device, loadOf.get(device)! + 1);
    draft.effects.push({ kind: 'push', frame, part, attempt, device });
    note(draft, frame, part, 'pushed', state);
  }
}

/** The reachable device with the least to do that is none of `tried`; null when there is none. */
export function leastLoadedBesides(draft: LedgerDraft, tried: readonly string[]): string | null {
  return leastLoaded(new Map([...loads(draft)].filter(([device]) => !tried.includes(device))), null);
}

function leastLoaded(loadOf: ReadonlyMap<string, number>, avoid: string | null): string | null {
  let best: string | null = null;
  let bestLoad = Number.POSITIVE_INFINITY;
  for (const [device, load] of loadOf) {
    if (device === avoid && loadOf.size > 1) continue;
    if (load < bestLoad || (load === bestLoad && best !== null && device < best)) {
      best = device;
      bestLoad = load;
    }
  }
  return best;
}
