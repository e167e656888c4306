import type { LedgerEffect, ResultVerdict } from '../../server/scheduling/ledger/ledger-effects.js';
import type { LedgerEvent } from '../../server/scheduling/ledger/ledger-events.js';
import type { FrameLedger, LedgerFrame } from '../../server/scheduling/ledger/ledger-state.js';
import { demand } from './demand.js';

/** A gang forms of devices that are in no other gang, within its bounds, as a later attempt than any before. */
export function checkGangFormed(
  before: FrameLedger,
  after: FrameLedger,
  { frame, attempt, devices }: Extract<LedgerEffect, { kind: 'gang' }>,
): void {
  const entry = after.frames.get(frame)!;
  const { distribution, latest, parts, phase, startedMs } = entry;
  demand(distribution.kind === 'gang' && phase.kind === 'running' && startedMs !== null, 'a gang for no frame of one');
  if (distribution.kind !== 'gang') return;
  const most =
    typeof distribution.members === 'number' ? Math.min(distribution.most, distribution.members) : distribution.most;
  demand(devices.length >= 1 && devices.length <= most, `a gang of ${devices.length}, and ${most} are the most`);
  demand(new Set(devices).size === devices.length, 'a device is in a gang twice');
  demand(
    attempt === latest && attempt > (before.frames.get(frame)?.latest ?? 0),
    `a gang with attempt ${attempt} again`,
  );
  const isLeftOut = (device: string) => distribution.members === 'all' && after.leftOut.has(device);
  // A gang has a device that is left out where there is no other device, or the others ended its last gang or were refused.
  const { helper } = after.settings;
  const helps = (device: string) => device !== helper && !isLeftOut(device) && !isOutOfReach(after, device);
  const others = [...after.devices.keys()].filter((device) => helps(device) && !isAvoided(entry, device));
  demand(others.length === 0 || !devices.some(isLeftOut), `${devices.join()} has a device that is left out`);
  const isOfAll = typeof distribution.members !== 'number' && distribution.plan === 'stages' && devices.length > 1;
  const mayHelp = isOfAll || distribution.suspects?.includes(helper ?? '') === true;
  demand(mayHelp || !devices.includes(helper ?? ''), `${devices.join()} has the gateway's own device`);
  demand(
    !devices.includes(helper ?? '') || [...after.frames.values()].every((one) => one.phase.kind !== 'local'),
    'the gateway computes a whole frame and a block',
  );
  const noted = parts.map((part) => (part.kind === 'pushing' ? part.device : part.kind));
  demand(noted.join() === devices.join(), 'a gang that is not noted');
}

function isAvoided({ avoided, refused }: Pick<LedgerFrame, 'avoided' | 'refused'>, device: string): boolean {
  return device === avoided || refused.some((one) => one.device === device);
}

function isOutOfReach({ devices, quarantined, suspendedUntilMs }: FrameLedger, device: string): boolean {
  return devices.get(device)!.draining || quarantined.has(device) || suspendedUntilMs.has(device);
}

/** After every step: gangs have no device in common, one attempt each, and none waits while a device is free for it. */
export function checkGangs(ledger: FrameLedger, nowMs: number): void {
  const busy = new Set<string>();
  for (const entry of ledger.frames.values()) {
    const { distribution, frame, parts, phase } = entry;
    if (distribution.kind !== 'gang') continue;
    demand(phase.kind !== 'delivering', `${frame} has no source, and is delivered`);
    demand(new Set(parts.map(({ attempt }) => attempt)).size === 1, `blocks of ${frame} are of several attempts`);
    demand(
      new Set(parts.map(({ failed }) => failed)).size === 1,
      `members of ${frame} have failed apart from each other`,
    );
    const isForming = parts.length === 1 && parts[0]!.kind === 'unplaced';
    const isWithoutGang = phase.kind === 'waiting' || phase.kind === 'local';
    demand(isWithoutGang === isForming, `${frame} is ${phase.kind}, and its block is ${parts[0]!.kind}`);
    if (phase.kind !== 'running') continue;
    // What the gateway looks at alone needs none of its devices.
    if (parts.every(({ kind }) => kind === 'done')) continue;
    for (const part of parts) {
      if (part.kind === 'unplaced') continue;
      demand(!busy.has(part.device), `${part.device} is in two gangs`);
      busy.add(part.device);
    }
  }
  const isFree = ({ device, draining }: { device: string; draining: boolean }) =>
    !draining &&
    device !== ledger.settings.helper &&
    !busy.has(device) &&
    !ledger.quarantined.has(device) &&
    !ledger.suspendedUntilMs.has(device);
  const free = [...ledger.devices.values()].filter(isFree).map(({ device }) => device);
  // It may wait for more devices while another frame is computed; others wait behind it.
  const mayWait = ({ distribution, phase }: LedgerFrame) =>
    distribution.kind === 'gang' && distribution.members === 'auto' && phase.kind === 'waiting';
  if (busy.size > 0 && [...ledger.frames.values()].some(mayWait)) return;
  for (const { avoided, distribution, frame, phase, refused } of ledger.frames.values()) {
    if (distribution.kind !== 'gang' || phase.kind !== 'waiting' || phase.notBeforeMs > nowMs) continue;
    const isOut = (device: string) => distribution.members === 'all' && ledger.leftOut.has(device);
    // It waits for a device that is to show whether it is wrong.
    if (distribution.suspects?.some((device) => ledger.devices.has(device))) continue;
    const fit = free.filter((device) => !isAvoided({ avoided, refused }, device) && !isOut(device));
    demand(fit.length === 0, `${frame} waits for a gang, and ${fit[0]} is free`);
  }
}

/** A block counts once, from the member that has it in the attempt that is computed now. */
export function checkGangResult(
  entry: LedgerFrame | undefined,
  { part: member, attempt, device }: Extract<LedgerEvent, { kind: 'result' }>,
  verdict: ResultVerdict | null,
): void {
  const part = entry?.parts[member];
  const isMember = part !== undefined && part.kind !== 'unplaced' && part.device === device && part.attempt === attempt;
  const expected = !isMember ? 'stale' : part.kind === 'done' ? 'duplicate' : 'accepted';
  demand(verdict === expected, `a block of attempt ${attempt} is ${verdict}, not ${expected}`);
}

/** The blocks that a frame is made of are all of one attempt, and each was accepted as such. */
export function checkGangFinished({ parts }: LedgerFrame, accepted: ReadonlySet<number | string>): void {
  const attempt = parts[0]!.attempt;
  for (const [member, part] of parts.entries()) {
    demand(part.kind === 'done' && part.attempt === attempt, `block ${member} is of another attempt`);
    demand(accepted.has(`${member}#${attempt}`), `block ${member} was not accepted`);
  }
}
