import { expect, test } from 'vitest';
import type { Distribution } from '../../../server/scheduling/ledger/ledger-state.js';
import { type LedgerOrder, LedgerRun } from '../ledger-run.js';

const ALL: Distribution = { kind: 'gang', plan: 'stages', members: 'all', most: 99 };
const WHOLE: Distribution = { ...ALL, members: 1, most: 1 };
const COMPUTES = { gatewayComputes: { aloneAfterMs: 0, whenIdle: true } };

/** A cluster whose gateway has a device of its own, `own`. */
function withOwn(...devices: string[]): LedgerRun {
  const run = new LedgerRun({ helper: 'own', attempts: 5, ...COMPUTES });
  for (const device of [...devices, 'own']) run.seen(device);
  return run;
}

const gangsOf = (orders: readonly LedgerOrder[]) =>
  orders.flatMap((order) => (order.kind === 'gang' ? [order.devices.join(' ')] : []));

const begun = (run: LedgerRun, frame: string, distribution = ALL) => run.accept(frame, { parts: 1, distribution });

function computed(run: LedgerRun, frame: string): void {
  for (const [member, part] of run.ledger.frames.get(frame)!.parts.entries()) {
    if (part.kind !== 'unplaced') run.result(frame, member, part.device, part.attempt);
  }
}

test('is a member of gangs of all devices', () => {
  const run = withOwn('a', 'z');
  expect(gangsOf(begun(run, 'f'))).toEqual(['a own z']);
  computed(run, 'f');
  expect(run.endOf('f')).toBe('finish');
});

test('is the first to stay out where there are more devices than members', () => {
  expect(gangsOf(begun(withOwn('a', 'z'), 'f', { ...ALL, most: 2 }))).toEqual(['a z']);
});

test('gets neither tiles nor whole frames nor rows of MoDNN', () => {
  const run = withOwn('a');
  expect(gangsOf(begun(run, 'whole', WHOLE))).toEqual(['a']);
  computed(run, 'whole');
  run.ended('whole');
  expect(gangsOf(begun(run, 'rows', { ...ALL, plan: 'layers' }))).toEqual(['a']);
  computed(run, 'rows');
  run.ended('rows');
  run.accept('shared', { parts: 3, distribution: { kind: 'sharing' } });
  const pushed = run.delivered('shared', 'a');
  expect(pushed.map((order) => order.kind === 'push' && order.device)).toEqual(['a', 'a', 'a']);
  expect(run.accept('own', { source: 'own' })).toMatchObject([{ kind: 'deliver', source: 'a' }]);
});

test('forms no gang alone: the gateway computes such a frame whole', () => {
  const run = withOwn();
  expect(begun(run, 'f')).toEqual([{ kind: 'compute-here', frame: 'f', generation: 1 }]);
});

test('a frame begins again without it when it is lost, and on the gateway when all others are', () => {
  const run = withOwn('a', 'b');
  begun(run, 'f');
  expect(gangsOf(run.left('own'))).toEqual(['a b']);
  run.seen('own');
  run.left('a');
  expect(run.left('b')).toEqual([{ kind: 'compute-here', frame: 'f', generation: 2 }]);
});

test('has no block while the gateway computes a whole frame, and the gateway computes none while it has one', () => {
  const run = withOwn('a');
  begun(run, 'first', WHOLE);
  expect(begun(run, 'here', WHOLE)).toEqual([{ kind: 'compute-here', frame: 'here', generation: 1 }]);
  begun(run, 'gang');
  computed(run, 'first');
  expect(run.ledger.frames.get('gang')!.parts).toMatchObject([{ kind: 'pushing', device: 'a' }]);
  run.ended('here');
  computed(run, 'gang');
  run.ended('gang');
  expect(gangsOf(begun(run, 'next'))).toEqual(['a own']);
  expect(begun(run, 'waits', WHOLE)).toEqual([]);
});

test('is left out like a device where it makes frames later', () => {
  const run = withOwn('a', 'b');
  run.send({ kind: 'devices-left-out', devices: ['own'] });
  expect(gangsOf(begun(run, 'f'))).toEqual(['a b']);
});

test('computes alone only to show whether it is the one that is wrong', () => {
  const run = withOwn('a', 'b');
  begun(run, 'f');
  for (const [member, device] of ['a', 'b', 'own'].entries()) {
    run.send({ kind: 'result', frame: 'f', part: member, attempt: 1, device, audited: true });
  }
  const finding = { kind: 'suspected', devices: ['own', 'a'] } as const;
  const orders = run.send({ kind: 'audit-judged', frame: 'f', part: 0, attempt: 1, finding });
  expect(gangsOf(orders)).toEqual(['own']);
});

test('computes its block before the gateway computes a frame for which no device is left', () => {
  const run = withOwn('a');
  begun(run, 'f');
  for (const [member, device] of ['a', 'own'].entries()) {
    run.send({ kind: 'result', frame: 'f', part: member, attempt: 1, device, audited: true });
  }
  const finding = { kind: 'suspected', devices: ['own', 'a'] } as const;
  expect(gangsOf(run.send({ kind: 'audit-judged', frame: 'f', part: 0, attempt: 1, finding }))).toEqual(['own']);
  expect(run.left('a')).toEqual([]);
  expect(begun(run, 'waits')).toEqual([]);
  const orders = run.send({ kind: 'result', frame: 'f', part: 0, attempt: 2, device: 'own', audited: true });
  expect(orders).toContainEqual({ kind: 'compute-here', frame: 'waits', generation: 1 });
});

test('does not hold up a cluster: its heartbeats make no device', () => {
  const run = new LedgerRun({ helper: 'own' });
  run.seen('own');
  run.accept('f');
  run.passWith(59_000, { own: [] });
  expect(run.open()).toEqual(['f']);
  expect(run.passWith(1_500, { own: [] })).toMatchObject([{ kind: 'fail', code: 'DT_NO_DEVICE' }]);
});
