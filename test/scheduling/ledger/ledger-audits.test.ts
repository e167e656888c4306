import { describe, expect, it } from 'vitest';
import { membersOf } from '../../../server/scheduling/ledger/ledger-gangs.js';
import type { AuditFinding } from '../../../server/scheduling/ledger/ledger-state.js';
import { type LedgerOrder, type LedgerRun, queued, SETTINGS, withDevices } from '../ledger-run.js';

/** A frame of one tile whose source `a` has computed it, to be run on another device as well. */
function audited(...devices: string[]): { run: LedgerRun; orders: LedgerOrder[] } {
  const run = withDevices(...devices);
  run.accept('f', { source: 'a' });
  run.delivered('f', 'a');
  const orders = run.send({ kind: 'result', frame: 'f', part: 0, attempt: 1, device: 'a', audited: true });
  return { run, orders };
}

const second = (run: LedgerRun, agrees: boolean, device = 'b', attempt = 2) =>
  run.send({ kind: 'audit-result', frame: 'f', part: 0, attempt, device, agrees });
const judged = (run: LedgerRun, finding: AuditFinding, attempt = 2) =>
  run.send({ kind: 'audit-judged', frame: 'f', part: 0, attempt, finding });
const wrong = (...devices: string[]): AuditFinding => ({
  kind: 'wrong',
  devices: devices.map((device) => ({ device, detail: 'far off' })),
});
const PUSH_TO_B = { kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'b', audit: true };
const ended = (outcome: string) => ({ kind: 'audited', frame: 'f', part: 0, outcome });
const FINISH = { kind: 'finish', frame: 'f' };

describe('a part that is audited', () => {
  it('goes to another device, and its frame waits for it', () => {
    const { run, orders } = audited('a', 'b');
    expect(orders).toEqual([PUSH_TO_B]);
    expect(run.verdict).toBe('accepted');
    expect(run.notes()).toEqual(['done 0#1 a', 'audit 0#2 b']);
    expect(run.phase('f')).toBe('running');
    expect(second(run, true)).toEqual([ended('agreed'), FINISH]);
    expect(run.notes()).toEqual(['audited 0#2 b']);
  });

  it('goes to the device that has least to do', () => {
    const run = withDevices('a', 'b', 'c');
    run.accept('busy', { parts: 2, source: 'b' });
    run.delivered('busy', 'b');
    run.accept('f', { source: 'a' });
    run.delivered('f', 'a');
    expect(run.send({ kind: 'result', frame: 'f', part: 0, attempt: 1, device: 'a', audited: true })).toMatchObject([
      { kind: 'push', device: 'c', audit: true },
    ]);
  });

  it('is not, where there is no other device', () => {
    expect(audited('a').orders).toEqual([ended('skipped'), FINISH]);
  });

  it('is waited for as long as a lease', () => {
    const { run } = audited('a', 'b');
    const lastsMs = SETTINGS.leaseWaitingMs + SETTINGS.leaseFloorMs;
    expect(run.passWith(lastsMs, { a: [], b: [] })).toEqual([]);
    expect(run.passWith(1, { a: [], b: [] })).toEqual([ended('skipped'), FINISH]);
    expect(second(run, false), 'too late').toEqual([]);
  });

  it.each([
    ['is lost', (run: LedgerRun) => run.left('b')],
    ['does not take it', (run: LedgerRun) => run.pushFailed('f', 0, 2, 'b')],
    ['gives it back', (run: LedgerRun) => run.draining('b', [], [{ frame: 'f', tile: 0, attempt: 2 }])],
  ])('goes to a third when the second %s, and to nobody after that', (_how, fails) => {
    const { run } = audited('a', 'b', 'c');
    expect(fails(run)).toEqual([{ ...PUSH_TO_B, attempt: 3, device: 'c' }]);
    expect(second(run, true), 'the earlier one').toEqual([]);
    expect(run.pushFailed('f', 0, 3, 'c')).toEqual([ended('skipped'), FINISH]);
  });

  it('has a second result only if it is not by whom it checks', () => {
    const { run } = audited('a', 'b');
    run.send({ kind: 'result', frame: 'f', part: 0, attempt: 2, device: 'a' });
    expect(run.verdict).toBe('duplicate');
    expect(run.phase('f'), 'nobody else has it').toBe('finishing');
  });

  it('may have it from who got hold of the task', () => {
    const { run } = audited('a', 'b', 'c');
    expect(second(run, true, 'c')).toEqual([ended('agreed'), FINISH]);
  });

  it('is forgotten with its frame', () => {
    const { run } = audited('a', 'b');
    run.ended('f');
    expect(second(run, false)).toEqual([]);
  });
});

describe('two devices that differ', () => {
  it('are judged, and the frame waits', () => {
    const { run } = audited('a', 'b');
    expect(second(run, false)).toEqual([{ kind: 'judge', frame: 'f', part: 0, attempt: 2, devices: ['a', 'b'] }]);
    expect(run.notes()).toEqual(['disputed 0#2 b']);
    expect(run.passWith(30_000, { a: [], b: [] })).toEqual([]);
    expect(run.phase('f')).toBe('running');
  });

  it('may both be right', () => {
    const { run } = audited('a', 'b');
    second(run, false);
    expect(judged(run, wrong())).toEqual([ended('agreed'), FINISH]);
  });

  it('have the one that is wrong put into quarantine, and the frame run again without it', () => {
    const { run } = audited('a', 'b', 'c');
    second(run, false);
    expect(judged(run, wrong('a'))).toEqual([
      { kind: 'quarantine', device: 'a', frame: 'f', part: 0, detail: 'far off' },
      ended('disagreed'),
      { kind: 'rerun', frame: 'f', generation: 2 },
      { kind: 'deliver', frame: 'f', source: 'b', attempt: 3 },
    ]);
    expect(run.part('f')).toEqual({ kind: 'unplaced', attempt: 3 });
    run.delivered('f', 'b', 3);
    run.result('f', 0, 'c', 2);
    expect(run.verdict, 'of the earlier run').toBe('stale');
    run.result('f', 0, 'a', 3);
    expect(run.verdict, 'of the device in quarantine').toBe('stale');
    expect(run.result('f', 0, 'b', 3)).toEqual([FINISH]);
  });

  it('are not held against the frame, which has all its attempts again', () => {
    const { run } = audited('a', 'b');
    second(run, false);
    judged(run, wrong('a'));
    for (let attempt = 3; attempt < 3 + SETTINGS.attempts - 1; attempt++) {
      run.deliveryFailed('f', 'b', attempt);
      run.passWith(1_000, { b: [] });
      expect(run.phase('f')).toBe('delivering');
    }
    expect(run.deliveryFailed('f', 'b', 2 + SETTINGS.attempts)).toMatchObject([{ code: 'DT_SOURCE_UNREACHABLE' }]);
  });

  it('have other frames run again as well, also one that is being finished', () => {
    const run = withDevices('a', 'b', 'c');
    for (const frame of ['f', 'g', 'h', 'waiting']) run.accept(frame, { source: 'c' });
    run.delivered('f', 'c');
    run.delivered('g', 'c');
    expect(run.result('g', 0, 'b')).toMatchObject([
      { kind: 'finish', frame: 'g' },
      { kind: 'deliver', frame: 'h' },
    ]);
    run.send({ kind: 'result', frame: 'f', part: 0, attempt: 1, device: 'a', audited: true });
    second(run, false);
    const again = judged(run, wrong('a')).filter(({ kind }) => kind === 'rerun');
    expect(again).toEqual([
      { kind: 'rerun', frame: 'f', generation: 2 },
      { kind: 'rerun', frame: 'g', generation: 2 },
    ]);
    expect(run.phase('h'), 'its source is none of them, and nothing is known of its tiles').toBe('delivering');
  });

  it('have the frame of a gang begin again only where the one that is wrong is a member', () => {
    const run = withDevices('a', 'b', 'c');
    run.accept('gang', { distribution: { kind: 'gang', plan: 'stages', members: 'all', most: 2 } });
    run.accept('f', { source: 'c' });
    run.delivered('f', 'c');
    run.send({ kind: 'result', frame: 'f', part: 0, attempt: 1, device: 'b', audited: true });
    second(run, false, 'a');
    expect(membersOf(run.ledger.frames.get('gang')!)).toEqual(['a', 'b']);
    expect(judged(run, wrong('a'))).toContainEqual({ kind: 'rerun', frame: 'gang', generation: 2 });
  });

  it('are told of once, however often it is found out', () => {
    const { run } = audited('a', 'b', 'c');
    second(run, false);
    judged(run, wrong('a'));
    expect(judged(run, wrong('a'))).toEqual([]);
  });

  it('have the frame run once more where it is unclear who is wrong, and fail after that', () => {
    const { run } = audited('a', 'b');
    second(run, false);
    expect(judged(run, { kind: 'unclear', detail: 'strips' })).toEqual([
      ended('undecided'),
      { kind: 'rerun', frame: 'f', generation: 2 },
      { kind: 'deliver', frame: 'f', source: 'a', attempt: 3 },
    ]);
    run.delivered('f', 'a', 3);
    run.send({ kind: 'result', frame: 'f', part: 0, attempt: 3, device: 'a', audited: true });
    second(run, false, 'b', 4);
    expect(judged(run, { kind: 'unclear', detail: 'strips' }, 4)).toEqual([
      ended('undecided'),
      { kind: 'fail', frame: 'f', code: 'DT_AUDIT_UNDECIDED', detail: 'strips' },
    ]);
  });

  it('fail the frame where the gateway cannot compute', () => {
    const { run } = audited('a', 'b');
    second(run, false);
    expect(judged(run, { kind: 'impossible', detail: 'no engine' })).toEqual([
      ended('undecided'),
      { kind: 'fail', frame: 'f', code: 'DT_AUDIT_UNDECIDED', detail: 'no engine' },
    ]);
  });
});

describe('a device in quarantine', () => {
  const inQuarantine = (...devices: string[]) => {
    const run = withDevices(...devices);
    run.send({ kind: 'device-quarantined', device: 'a' });
    return run;
  };

  it('gets no frame and no tile, however often it registers, leaves and comes back', () => {
    const run = inQuarantine('a', 'b');
    run.left('a');
    run.seen('a');
    expect(run.accept('f', { source: 'a' })).toMatchObject([{ kind: 'deliver', source: 'b' }]);
    run.delivered('f', 'b');
    expect(run.left('b')).toEqual([]);
    expect(run.part('f')).toMatchObject({ kind: 'unplaced' });
  });

  it('has nothing, whatever it or who gave it something says', () => {
    const run = inQuarantine('a', 'b', 'c');
    run.accept('f', { parts: 2, source: 'b' });
    run.delivered('f', 'b');
    run.seen('a', [queued('f', 0)]);
    expect(run.part('f', 0)).toMatchObject({ kind: 'queued', device: 'b' });
    run.seen('b', [queued('f', 0)], { handedOut: [{ frame: 'f', tile: 1, attempt: 1, thief: 'a' }] });
    expect(run.part('f', 1)).toMatchObject({ kind: 'missing', device: 'a' });
    expect(run.passWith(SETTINGS.missingMs + 500, { a: [], b: [queued('f', 0)], c: [] })).toMatchObject([
      { kind: 'push', part: 1, device: 'c' },
    ]);
  });

  it('is missed like any other when it is silent', () => {
    const run = inQuarantine('a', 'b');
    expect(run.passWith(SETTINGS.lostAfterMs + 1, { b: [] })).toEqual([{ kind: 'device-lost', device: 'a' }]);
  });

  it('is as good as the others once it is released', () => {
    const run = inQuarantine('a');
    expect(run.accept('f')).toEqual([]);
    expect(run.send({ kind: 'device-released', device: 'a' })).toMatchObject([{ kind: 'deliver', source: 'a' }]);
  });
});
