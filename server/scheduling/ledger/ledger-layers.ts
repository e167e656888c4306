import { LARGEST_ATTEMPT } from '../task-key.js';
import { failFrame, type LedgerDraft, type Reason, reachable } from './ledger-draft.js';
import type { LedgerFrame, PartState } from './ledger-state.js';

/** Of the slices of a layer: they begin and fail together. */
type Tries = Pick<PartState, 'attempt' | 'failed'>;

/** Whether a word about a layer is about the one that is computed now; frames that are not layered have none. */
export function isPresentLayer({ layering }: LedgerFrame, layer: number | undefined): boolean {
  return layering?.layer === layer;
}

/**
 * Begins a layered frame with its first layer on all available devices that can be reached. While there is none it is
 * one part that nobody has.
 *
 * @param tries of every part from here on.
 * @param avoid a device that did not get on with its slice; only taken when there is no other, as those whose results of
 *   this frame were refused.
 */
export function beginLayers(draft: LedgerDraft, frame: string, tries: Tries, avoid: string | null = null): void {
  const entry = draft.frames.get(frame)!;
  if (entry.distribution.kind !== 'layered') return;
  const live = reachable(draft).toSorted();
  const wasRefused = (device: string) => entry.refused.some((one) => one.device === device);
  const others = live.filter((device) => device !== avoid && !wasRefused(device));
  const devices = (others.length > 0 ? others : live).slice(0, entry.distribution.mostSlices);
  if (devices.length === 0) {
    draft.frames.set(frame, {
      ...entry,
      layering: null,
      parts: [{ kind: 'unplaced', attempt: tries.attempt, failed: tries.failed }],
    });
    return;
  }
  draft.effects.push({ kind: 'slice', frame, attempt: tries.attempt, devices });
  pushLayer(draft, { ...entry, layering: { layer: 0, devices } }, tries);
}

/** Every slice of the present layer is there: goes on to the next. @returns false after the last. */
export function nextLayer(draft: LedgerDraft, entry: LedgerFrame): boolean {
  const { distribution, layering } = entry;
  if (distribution.kind !== 'layered' || layering === null) return false;
  if (layering.layer + 1 >= distribution.layers) return false;
  pushLayer(draft, { ...entry, layering: { ...layering, layer: layering.layer + 1 } }, entry.parts[0]!);
  return true;
}

/** A slice is lost, and with it what its device had of the frame: from the beginning, without that device. */
export function restartLayers(draft: LedgerDraft, entry: LedgerFrame, slice: number, why: Reason): void {
  const lost = entry.parts[slice]!;
  const failed = lost.failed + (why === 'failed' ? 1 : 0);
  if (failed >= draft.settings.attempts || lost.attempt >= LARGEST_ATTEMPT) {
    const reason = `slice ${slice} gave no result in ${failed} attempts; the devices' logs say why`;
    failFrame(draft, entry.frame, 'DT_TILE_ATTEMPTS', reason);
    return;
  }
  const tries = { attempt: lost.attempt + 1, failed };
  beginLayers(draft, entry.frame, tries, lost.kind === 'unplaced' ? null : lost.device);
}

function pushLayer(draft: LedgerDraft, entry: LedgerFrame, { attempt, failed }: Tries): void {
  const { frame, layering } = entry;
  const { devices, layer } = layering!;
  const parts = devices.map((device): PartState => ({ kind: 'pushing', attempt, failed, device }));
  draft.frames.set(frame, { ...entry, latest: Math.max(entry.latest, attempt), parts });
  for (const [part, device] of devices.entries()) {
    draft.effects.push({ kind: 'push', frame, part, layer, attempt, device });
  }
}
