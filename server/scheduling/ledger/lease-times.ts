import type { TaskKey } from '../task-key.js';
import type { LedgerDraft } from './ledger-draft.js';

type FrameTask = Pick<TaskKey, 'frame' | 'attempt'>;

/**
 * How long a device may compute one tile: a multiple of what it usually takes, with a floor, doubled with each failed
 * attempt so that a cluster that has become slow does not fail its frames.
 */
export function leaseMs(draft: LedgerDraft, device: string, { frame, attempt }: FrameTask): number {
  const failed = attempt - 1 - draft.frames.get(frame)!.excused;
  const { leaseFactor, leaseFloorMs, leaseWaitingMs } = draft.settings;
  const usual = draft.devices.get(device)?.medianTileMs ?? leaseWaitingMs;
  return Math.max(leaseFloorMs, leaseFactor * usual) * 2 ** Math.max(0, failed);
}

/** Until when a device that has a task and has not started it is to be done with it. */
export function waitingDeadline(draft: LedgerDraft, device: string, task: FrameTask): number {
  return draft.nowMs + draft.settings.leaseWaitingMs + leaseMs(draft, device, task);
}
