import type { LedgerEffect } from '../../server/scheduling/ledger/ledger-effects.js';
import { isGang } from '../../server/scheduling/ledger/ledger-gangs.js';
import type { FrameLedger } from '../../server/scheduling/ledger/ledger-state.js';
import { demand } from './demand.js';

type Finish = Extract<LedgerEffect, { kind: 'finish' }>;

/** Whether a frame that finishes already may be finished again: a device had its remaining layers, and the gateway takes them. */
export function isTakenBack(before: FrameLedger, { device, frame }: Finish): boolean {
  const phase = before.frames.get(frame)?.phase;
  return device === undefined && phase?.kind === 'finishing' && phase.at.kind === 'device';
}

/** Remaining layers go to a device that is there and takes work. */
export function checkRemainingOrder(after: FrameLedger, { device, frame }: Finish): void {
  if (device === undefined) return;
  const { devices, frames, quarantined, settings } = after;
  demand(settings.remaining === 'any', 'a device computes remaining layers, and only the gateway may');
  demand(!isGang(frames.get(frame)!), 'a device computes what is left of a gang’s frame');
  const found = devices.get(device);
  demand(found !== undefined && !found.draining && !quarantined.has(device), `${device} takes no remaining layers`);
}

/** One frame's remaining layers a device, none on one that is gone, and none wait while the gateway is idle. */
export function checkRemaining({ devices, frames }: FrameLedger): void {
  const busy = new Set<string>();
  let isGatewayIdle = true;
  let isAnyWaiting = false;
  for (const { frame, phase } of frames.values()) {
    if (phase.kind === 'local') isGatewayIdle = false;
    if (phase.kind !== 'finishing') continue;
    const { at } = phase;
    if (at.kind === 'gateway') isGatewayIdle = false;
    if (at.kind === 'waiting') isAnyWaiting = true;
    if (at.kind !== 'device') continue;
    demand(devices.has(at.device), `${frame} is with ${at.device}, which is gone`);
    demand(!busy.has(at.device), `${at.device} has the remaining layers of two frames`);
    busy.add(at.device);
  }
  demand(!(isAnyWaiting && isGatewayIdle), 'remaining layers wait, and the gateway is idle');
}
