import type { LedgerStep } from '../../server/scheduling/ledger/frame-ledger.js';
import type { LedgerEffect } from '../../server/scheduling/ledger/ledger-effects.js';
import type { LedgerEvent } from '../../server/scheduling/ledger/ledger-events.js';
import type { FrameLedger, LedgerFrame } from '../../server/scheduling/ledger/ledger-state.js';
import { demand } from './demand.js';

/** What is run to compare is done already, and goes to somebody who has not had it. */
export function checkAudits(
  entry: LedgerFrame | undefined,
  { part, attempt, device }: Extract<LedgerEffect, { kind: 'push' }>,
): void {
  const state = entry?.parts[part];
  demand(
    state?.kind === 'done' && state.device !== device,
    'a part is checked by who computed it, or before it is done',
  );
  const audit = entry?.audits.find(({ phase }) => phase.kind === 'running' && phase.attempt === attempt);
  demand(audit?.part === part, 'an audit that is not noted');
  demand(new Set(audit?.tried).size === audit?.tried.length, `${device} was asked twice to check one part`);
}

/** Devices whose result was not finite where another device's is. */
function convicted(before: FrameLedger, event: LedgerEvent, effects: readonly LedgerEffect[]): readonly string[] {
  if (event.kind !== 'result' && event.kind !== 'result-refused') return [];
  const entry = before.frames.get(event.frame);
  const part = entry?.parts[event.part];
  if (entry === undefined || part === undefined || event.generation !== entry.generation) return [];
  if (before.quarantined.has(event.device)) return [];
  const { kind } = entry.distribution;
  const isGang = kind === 'gang';
  if (event.kind === 'result-refused') {
    return !isGang && part.kind === 'done' && part.device !== event.device ? [event.device] : [];
  }
  const isWhole = effects.some(({ kind }) => kind === 'finish' || kind === 'check');
  if (isGang ? !isWhole : part.kind === 'done') return [];
  const noted = { stealing: event.part, sharing: event.part, gang: 0 }[kind];
  const ofPart = entry.refused.filter((one) => one.part === noted);
  const right = isGang ? entry.parts.map((one) => ('device' in one ? one.device : '')) : [event.device];
  return ofPart.map(({ device }) => device).filter((device) => !right.includes(device));
}

/** Devices are in quarantine from the moment that they are found to be wrong until they are released, and have nothing. */
export function checkQuarantine(before: FrameLedger, event: LedgerEvent, { effects, ledger }: LedgerStep): void {
  const expected = new Set(before.quarantined);
  if (event.kind === 'device-quarantined') expected.add(event.device);
  if (event.kind === 'device-released') expected.delete(event.device);
  if (event.kind === 'audit-judged' && event.finding.kind === 'wrong') {
    for (const { device } of event.finding.devices) expected.add(device);
  }
  for (const device of convicted(before, event, effects)) expected.add(device);
  const asExpected = [...expected].sort().join() === [...ledger.quarantined].sort().join();
  demand(asExpected, 'other devices are in quarantine than should be');
  const told = effects.filter(({ kind }) => kind === 'quarantine').length;
  const isFound = event.kind !== 'device-quarantined' && event.kind !== 'device-released';
  demand(
    told === (isFound ? ledger.quarantined.size - before.quarantined.size : 0),
    'a quarantine that is not told once',
  );
  for (const { audits, frame, parts } of ledger.frames.values()) {
    for (const [i, part] of parts.entries()) {
      const isTrusted = part.kind === 'unplaced' || part.kind === 'missing' || !ledger.quarantined.has(part.device);
      demand(isTrusted, `part ${i} of ${frame} is ${part.kind} at a device in quarantine`);
    }
    for (const audit of audits) {
      const isTrusted = audit.phase.kind === 'judging' || !ledger.quarantined.has(audit.phase.device);
      demand(isTrusted, 'a part is checked by a device in quarantine');
    }
  }
}
