import type { LedgerDraft } from './ledger-draft.js';

/**
 * How long a device may compute one tile: a multiple of what it usually takes, with a floor, doubled with each failed
 * try of the tile so that a cluster that has become slow does not fail its frames.
 */
export function leaseMs(draft: LedgerDraft, device: string, failed: number): number {
  const { leaseFactor, leaseFloorMs, leaseWaitingMs } = draft.settings;
  const usual = draft.devices.get(device)?.medianTileMs ?? leaseWaitingMs;
  return Math.max(leaseFloorMs, leaseFactor * usual) * 2 ** failed;
}

/** Until when a device that has a task and has not started it is to be done with it. */
export function waitingDeadline(draft: LedgerDraft, device: string, failed: number): number {
  return draft.nowMs + draft.settings.leaseWaitingMs + leaseMs(draft, device, failed);
}
