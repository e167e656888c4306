import type { LedgerEffect } from '../../server/scheduling/ledger/ledger-effects.js';
import type { LedgerEvent } from '../../server/scheduling/ledger/ledger-events.js';
import type { FrameLedger, PartState } from '../../server/scheduling/ledger/ledger-state.js';
import { demand } from './demand.js';

/** Devices that take any work. */
export function availableIn({ devices, quarantined, settings }: FrameLedger): number {
  return [...devices.values()].filter(
    ({ device, draining }) => !draining && device !== settings.helper && !quarantined.has(device),
  ).length;
}

/** Work is begun only where it is taken. */
export function checkAvailable(after: FrameLedger, effect: LedgerEffect): void {
  const devices = workersOf(effect);
  for (const device of devices) {
    demand(after.devices.get(device)?.draining === false, `${device} takes no ${effect.kind}`);
    demand(!after.quarantined.has(device), `${effect.kind} for ${device}, which is in quarantine`);
  }
}

function workersOf(effect: LedgerEffect): readonly string[] {
  if (effect.kind === 'deliver') return [effect.source];
  if (effect.kind === 'gang') return effect.devices;
  return effect.kind === 'push' ? [effect.device] : [];
}

/** What a device has given back it does not have, and what it drains it finishes or gives back. */
export function checkHandedBack(
  { devices, frames }: FrameLedger,
  { device, draining = false, returned = [] }: Extract<LedgerEvent, { kind: 'device-seen' }>,
): void {
  demand(devices.get(device)?.draining === draining, `${device} is ${draining ? 'not ' : ''}drained`);
  for (const { frame, tile, attempt } of returned) {
    const part = frames.get(frame)?.parts[tile];
    const stays = part?.kind === 'queued' && part.device === device && part.attempt === attempt;
    demand(!stays, `${device} gave tile ${tile} of ${frame} back and still has it`);
  }
  for (const { distribution, frame, parts, phase } of draining ? frames.values() : []) {
    if (phase.kind !== 'running') continue;
    const isOpen = (part: PartState) => part.kind !== 'unplaced' && part.kind !== 'done' && part.device === device;
    demand(distribution.kind !== 'gang' || !parts.some(isOpen), `${device} is drained and has a block of ${frame}`);
  }
}
