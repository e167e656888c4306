import { type LedgerDraft, reachable } from './ledger-draft.js';
import { formGang, freeDevices } from './ledger-gangs.js';
import { chooseSource } from './ledger-placement.js';
import { isUnderWay, resume } from './ledger-restore.js';

/**
 * Starts as many waiting frames as their sources have room for, in the order in which they were accepted; of those that
 * the gateway shares out one at a time. A gang's frame starts when a device is free for it, whatever its source.
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
  let free: Set<string> | null = null;
  for (const entry of [...draft.frames.values()]) {
    if (entry.phase.kind !== 'waiting' || entry.phase.notBeforeMs > draft.nowMs) continue;
    if (entry.distribution.kind === 'gang') {
      free ??= freeDevices(draft);
      if (free.size > 0) formGang(draft, entry, free);
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
}
