import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuditFinding, Distribution } from '../../../server/scheduling/ledger/ledger-state.js';
import { propertyRuns } from '../../support/property-runs.js';
import { gaveTo, type LedgerOrder, LedgerRun, queued, running, SETTINGS, withDevices } from '../ledger-run.js';

const ALL: Distribution = { kind: 'gang', plan: 'stages', members: 'all', most: 99 };
const WHOLE: Distribution = { kind: 'gang', plan: 'stages', members: 1, most: 1 };

const gangsOf = (orders: readonly LedgerOrder[]) =>
  orders.flatMap((order) =>
    order.kind === 'gang' ? [`${order.frame}#${order.attempt} ${order.devices.join(' ')}`] : [],
  );

function begun(run: LedgerRun, frame = 'f', distribution = ALL): LedgerOrder[] {
  return run.accept(frame, { parts: 1, distribution });
}

/** Results of all members that a frame has now. */
function finishGang(run: LedgerRun, frame: string): LedgerOrder[] {
  return run.ledger.frames.get(frame)!.parts.flatMap((part, member) => {
    return part.kind === 'unplaced' || part.kind === 'done' ? [] : run.result(frame, member, part.device, part.attempt);
  });
}

/** The same, of a frame that is to be checked. */
function audited(run: LedgerRun, frame: string): LedgerOrder[] {
  return run.ledger.frames.get(frame)!.parts.flatMap((part, member) => {
    if (part.kind === 'unplaced' || part.kind === 'done') return [];
    return run.send({ kind: 'result', frame, part: member, attempt: part.attempt, device: part.device, audited: true });
  });
}

describe('a frame of a gang', () => {
  test('starts at once on all devices, and is delivered to no source', () => {
    const run = withDevices('c', 'a', 'b');
    const orders = begun(run);
    expect(orders).toEqual([
      { kind: 'gang', frame: 'f', attempt: 1, devices: ['a', 'b', 'c'] },
      { kind: 'push', frame: 'f', part: 0, attempt: 1, device: 'a' },
      { kind: 'push', frame: 'f', part: 1, attempt: 1, device: 'b' },
      { kind: 'push', frame: 'f', part: 2, attempt: 1, device: 'c' },
    ]);
    expect(run.notes()).toEqual(['pushed 0#1 a', 'pushed 1#1 b', 'pushed 2#1 c']);
  });

  test('goes to a gang also where its source has the picture, or is not there', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a', delivered: true, distribution: ALL });
    expect(gangsOf(run.effects as LedgerOrder[])).toEqual(['f#1 a b']);
    const other = withDevices('a');
    expect(gangsOf(other.accept('f', { source: 'gone', distribution: ALL }))).toEqual(['f#1 a']);
  });

  test('ends when every block is there, each from its member', () => {
    const run = withDevices('a', 'b');
    begun(run);
    run.result('f', 0, 'b');
    expect(run.verdict).toBe('stale');
    expect(run.result('f', 0, 'a')).toEqual([]);
    run.result('f', 0, 'a');
    expect(run.verdict).toBe('duplicate');
    expect(run.result('f', 1, 'b')).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  test('has no more members than can be cut: those with the least to do', () => {
    const run = withDevices('a', 'b', 'c');
    run.accept('tiles', { parts: 3, source: 'a' });
    run.delivered('tiles', 'a');
    expect(gangsOf(begun(run, 'f', { ...WHOLE, members: 'all', most: 2 }))).toEqual(['f#1 b c']);
  });

  test('takes devices that have tiles; their frames do not wait for it', () => {
    const run = withDevices('a');
    run.accept('tiles', { source: 'a' });
    run.delivered('tiles', 'a');
    expect(gangsOf(begun(run))).toEqual(['f#1 a']);
    expect(run.accept('more', { source: 'a' })).toMatchObject([{ kind: 'deliver', frame: 'more' }]);
  });

  test('says why it ended, and by which member', () => {
    const run = withDevices('a', 'b', 'c');
    begun(run);
    const end = () => run.effects.flatMap((effect) => (effect.kind === 'gang-ended' ? [effect] : []));
    run.left('c');
    expect(end()).toMatchObject([{ frame: 'f', device: 'c', reason: 'lost' }]);
    run.draining('b');
    expect(end()).toEqual([
      { kind: 'gang-ended', frame: 'f', device: 'b', reason: 'drained', detail: 'device b was drained' },
    ]);
    run.pushFailed('f', 0, 3, 'a');
    expect(end()).toMatchObject([{ device: 'a', reason: 'not-taken' }]);
  });

  test('waits while every device is in a gang, in the order in which frames were accepted', () => {
    const run = withDevices('a', 'b');
    begun(run, 'f');
    expect(begun(run, 'g')).toEqual([]);
    expect(begun(run, 'h')).toEqual([]);
    const orders = finishGang(run, 'f');
    expect(gangsOf(orders)).toEqual(['g#1 a b']);
    expect(run.phase('h')).toBe('waiting');
  });

  test('whole frames run on different devices at once', () => {
    const run = withDevices('a', 'b');
    expect(gangsOf(begun(run, 'f', WHOLE))).toEqual(['f#1 a']);
    expect(gangsOf(begun(run, 'g', WHOLE))).toEqual(['g#1 b']);
    expect(begun(run, 'h', WHOLE)).toEqual([]);
    expect(gangsOf(finishGang(run, 'g'))).toEqual(['h#1 b']);
  });

  test('begins when a device comes, and waits for as long as any frame does', () => {
    const run = new LedgerRun();
    begun(run, 'f');
    expect(gangsOf(run.seen('a'))).toEqual(['f#1 a']);
    const alone = new LedgerRun();
    begun(alone, 'f');
    expect(alone.pass(SETTINGS.frameTimeoutMs + 1)).toMatchObject([{ kind: 'fail', code: 'DT_NO_DEVICE' }]);
  });
});

describe('a device that slows gangs down', () => {
  function leftOut(...devices: readonly string[]) {
    const run = withDevices('a', 'b', 'c');
    run.send({ kind: 'devices-left-out', devices });
    return run;
  }

  test('is not in a gang of all', () => {
    const run = leftOut('b');
    expect(gangsOf(begun(run))).toEqual(['f#1 a c']);
    run.send({ kind: 'devices-left-out', devices: [] });
    finishGang(run, 'f');
    run.ended('f');
    expect(gangsOf(begun(run, 'g'))).toEqual(['g#1 a b c']);
  });

  test('is not taken where the others are in a gang: a frame waits for these', () => {
    const run = leftOut('b');
    begun(run);
    expect(gangsOf(begun(run, 'g'))).toEqual([]);
    finishGang(run, 'f');
    expect(gangsOf(run.effects as LedgerOrder[])).toEqual(['g#1 a c']);
  });

  test('computes whole frames, and is taken where there is no other device', () => {
    const run = leftOut('b');
    begun(run, 'f');
    expect(gangsOf(begun(run, 'w', WHOLE))).toEqual(['w#1 b']);
    const alone = leftOut('a', 'b', 'c');
    expect(gangsOf(begun(alone))).toEqual(['f#1 a b c']);
  });
});

describe('a gang that a member leaves', () => {
  test('is followed by one of the others; what was computed in it is void', () => {
    const run = withDevices('a', 'b', 'c');
    begun(run);
    run.result('f', 0, 'a');
    const orders = run.left('b');
    expect(gangsOf(orders)).toEqual(['f#2 a c']);
    run.result('f', 0, 'a', 1);
    expect(run.verdict).toBe('stale');
    run.result('f', 0, 'a', 2);
    expect(run.result('f', 1, 'c', 2)).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  test('begins again also when that member is done, unless it was drained', () => {
    const lost = withDevices('a', 'b');
    begun(lost);
    lost.result('f', 1, 'b');
    expect(gangsOf(lost.left('b'))).toEqual(['f#2 a']);
    const drained = withDevices('a', 'b');
    begun(drained);
    drained.result('f', 1, 'b');
    expect(gangsOf(drained.draining('b'))).toEqual([]);
    expect(gangsOf(drained.left('b'))).toEqual([]);
    expect(drained.result('f', 0, 'a')).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  test('begins again without a device that is drained, which is no failed try', () => {
    const run = withDevices('a', 'b');
    begun(run);
    expect(gangsOf(run.draining('b', [running('f', 1)]))).toEqual(['f#2 a']);
    expect(run.ledger.frames.get('f')!.parts).toMatchObject([{ attempt: 2, failed: 0 }]);
  });

  test('waits where the others are busy, and takes the device that failed where it is the only one', () => {
    const run = withDevices('a', 'b');
    begun(run, 'f', WHOLE);
    begun(run, 'g', WHOLE);
    run.seen('a', [], {});
    run.pushed('f', 0, 1, 'a');
    run.seen('a');
    const orders = run.passWith(SETTINGS.missingMs + 1_000, { a: [], b: [] });
    expect(gangsOf(orders)).toEqual([]);
    expect(run.phase('f')).toBe('waiting');
    expect(gangsOf(finishGang(run, 'g'))).toEqual(['f#2 b']);
    const alone = withDevices('a');
    begun(alone);
    alone.pushed('f', 0, 1, 'a');
    expect(gangsOf(alone.passWith(SETTINGS.missingMs + 1_000, { a: [] }))).toEqual(['f#2 a']);
  });

  test('begins again after a pause where a device does not take its block', () => {
    const run = withDevices('a', 'b');
    begun(run);
    expect(run.pushFailed('f', 1, 1, 'b')).toEqual([]);
    expect(run.notes()).toEqual(['returned 1#1 b']);
    expect(gangsOf(run.pass(SETTINGS.retryMs))).toEqual(['f#2 a']);
  });

  test('begins again where a device gives its block back', () => {
    const run = withDevices('a', 'b');
    begun(run);
    run.pushed('f', 1, 1, 'b');
    const returned = [{ frame: 'f', tile: 1, attempt: 1 }];
    run.send({ kind: 'device-seen', device: 'b', medianTileMs: 100, tasks: [], handedOut: [], returned });
    expect(gangsOf(run.effects as LedgerOrder[])).toEqual(['f#2 a']);
  });

  test('begins again when a member takes half of the frame’s time', () => {
    const run = withDevices('a', 'b');
    begun(run);
    for (const [member, device] of ['a', 'b'].entries()) run.pushed('f', member, 1, device);
    const holdings = { a: [running('f', 0)], b: [running('f', 1)] };
    expect(gangsOf(run.passWith(SETTINGS.frameTimeoutMs / 2, holdings))).toEqual([]);
    expect(gangsOf(run.passWith(1_000, holdings))).toEqual(['f#2 b']);
  });

  test('begins again when its members take longer than gangs of their number do', () => {
    const run = withDevices('a', 'b', 'c');
    begun(run, 'first');
    run.passWith(1_500, {});
    finishGang(run, 'first');
    begun(run);
    const holdings = { a: [running('f', 0)], b: [running('f', 1)], c: [queued('f', 2)] };
    for (const [member, device] of ['a', 'b', 'c'].entries()) run.pushed('f', member, 1, device);
    expect(run.passWith(20_000, holdings), 'c has not begun').toEqual([]);
    const all = { ...holdings, c: [running('f', 2)] };
    expect(run.passWith(SETTINGS.leaseFactor * 1_500, all)).toEqual([]);
    expect(gangsOf(run.passWith(1_000, all))).toEqual(['f#2 b c']);
    const both = { a: [], b: [running('f', 0, 2)], c: [running('f', 1, 2)] };
    for (const [member, device] of ['b', 'c'].entries()) run.pushed('f', member, 2, device);
    // Nothing is known of two.
    expect(gangsOf(run.passWith(31_000, both)), 'another one is avoided than the first').toEqual(['f#3 a b']);
  });

  describe('of six that is late', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'g'];
    /** Heartbeats of all members of an attempt, of which each waits for its neighbours that have computed less. */
    const beats = (devices: readonly string[], attempt: number, stageOf: (member: number) => number) =>
      Object.fromEntries(
        devices.map((name, member) => {
          const stage = stageOf(member);
          const behind = [member - 1, member + 1].filter(
            (one) => one >= 0 && one < devices.length && stageOf(one) < stage,
          );
          const lacks = behind.map((from) => ({ from, stage: stage - 1 }));
          return [name, [{ ...running('f', member, attempt), progress: { stage, lacks } }]];
        }),
      );
    function late(stageOf: (member: number) => number) {
      const run = withDevices(...names);
      begun(run);
      for (const [member, name] of names.entries()) run.pushed('f', member, 1, name);
      return { run, holdings: beats(names, 1, stageOf) };
    }

    test('begins again without the one that the others wait for, though it answers', () => {
      const { holdings, run } = late((member) => Math.abs(member - 3));
      expect(gangsOf(run.passWith(SETTINGS.frameTimeoutMs / 2 + 1_000, holdings))).toEqual(['f#2 a b c e g']);
    });

    test('begins again without one that has not begun', () => {
      const { holdings, run } = late((member) => Math.abs(member - 4));
      const { e: _, ...others } = holdings;
      const all = { ...others, e: [queued('f', 4)] };
      expect(gangsOf(run.passWith(SETTINGS.frameTimeoutMs / 2 + 1_000, all))).toEqual(['f#2 a b c d g']);
    });

    test('begins again without one that is silent, and waits by its last word for others', () => {
      const { run } = late(() => 0);
      // c says that it waits for b, then nothing more; all others wait for it, through each other.
      const before = beats(names, 1, (member) => (member === 2 ? 2 : 1));
      run.passWith(SETTINGS.frameTimeoutMs / 2 - 1_000, before);
      const { c: _, ...after } = beats(names, 1, (member) => 2 + Math.abs(member - 2));
      expect(gangsOf(run.passWith(SETTINGS.lostAfterMs - 500, after))).toEqual(['f#2 a b d e g']);
    });
  });

  test('fails after a bounded number of failed gangs, and says why', () => {
    const run = withDevices('a', 'b');
    begun(run);
    const orders: LedgerOrder[] = [];
    for (let attempt = 1; attempt <= SETTINGS.attempts; attempt++) {
      const part = run.ledger.frames.get('f')!.parts[0]!;
      if ('device' in part) orders.push(...run.pushFailed('f', 0, attempt, part.device));
      orders.push(...run.passWith(2_000, { a: [], b: [] }));
    }
    const detail =
      'no gang of devices has computed the frame in 3 failed attempts; last: device a did not take its block: ' +
      "connection refused; the devices' logs say why";
    expect(orders.at(-1)).toEqual({ kind: 'fail', frame: 'f', code: 'DT_TILE_ATTEMPTS', detail });
  });

  test('is not taken over by a device that says that it has the block, of this attempt or another', () => {
    const run = withDevices('a', 'b', 'c');
    begun(run, 'f', { ...WHOLE, members: 2, most: 2 });
    run.seen('c', [queued('f', 0)], { handedOut: [gaveTo('b', 'f', 1)] });
    run.seen('a', [running('f', 0, 2)], { handedOut: [gaveTo('c', 'f', 0)] });
    expect(run.part('f', 0)).toMatchObject({ kind: 'pushing', device: 'a', attempt: 1 });
    expect(run.part('f', 1)).toMatchObject({ kind: 'pushing', device: 'b', attempt: 1 });
  });
});

describe('a gang whose member computes something wrong', () => {
  const refused = (run: LedgerRun, part: number, device: string, attempt: number) =>
    run.send({ kind: 'result-refused', frame: 'f', part, attempt, device });

  test('begins again without it; of several none is known to be wrong', () => {
    const run = withDevices('a', 'b', 'c');
    begun(run);
    expect(gangsOf(refused(run, 1, 'b', 1))).toEqual(['f#2 a c']);
    expect(finishGang(run, 'f')).toEqual([{ kind: 'finish', frame: 'f' }]);
    expect([...run.ledger.quarantined]).toEqual([]);
  });

  test('convicts the device whose whole frame another one computed', () => {
    const run = withDevices('a', 'b');
    begun(run, 'f', WHOLE);
    expect(gangsOf(refused(run, 0, 'a', 1))).toEqual(['f#2 b']);
    expect(finishGang(run, 'f')).toMatchObject([{ kind: 'quarantine', device: 'a' }, { kind: 'finish' }]);
  });

  test('fails where every device gives values that are not finite', () => {
    const run = withDevices('a', 'b');
    begun(run, 'f', WHOLE);
    refused(run, 0, 'a', 1);
    expect(refused(run, 0, 'b', 2)).toMatchObject([{ kind: 'fail', code: 'DT_NOT_FINITE' }]);
  });

  test('runs its frame again without a member that is found to be wrong, and leaves other gangs alone', () => {
    const run = withDevices('a', 'b', 'c');
    begun(run, 'f', WHOLE);
    begun(run, 'g', WHOLE);
    const finding = { kind: 'wrong', devices: [{ device: 'a', detail: 'differs' }] } as const;
    const orders = run.send({ kind: 'audit-judged', frame: 'other', part: 0, attempt: 1, finding });
    expect(orders.filter(({ kind }) => kind === 'rerun')).toEqual([{ kind: 'rerun', frame: 'f', generation: 2 }]);
    expect(gangsOf(orders)).toEqual(['f#2 c']);
  });
});

describe('a frame of a gang that is checked', () => {
  function checked(distribution = ALL) {
    const run = withDevices('a', 'b', 'c');
    begun(run, 'f', distribution);
    const orders = audited(run, 'f');
    return { run, orders };
  }
  const judged = (run: LedgerRun, finding: AuditFinding, attempt = 1) =>
    run.send({ kind: 'audit-judged', frame: 'f', part: 0, attempt, finding });
  const effectsOf = (run: LedgerRun) => run.effects.filter(({ kind }) => kind !== 'note');

  test('is computed by the gateway when all blocks are there, and ends when they are right', () => {
    const { orders, run } = checked();
    expect(orders).toEqual([{ kind: 'check', frame: 'f', attempt: 1 }]);
    expect(run.phase('f')).toBe('running');
    judged(run, { kind: 'wrong', devices: [] });
    expect(effectsOf(run)).toEqual([
      { kind: 'audited', frame: 'f', part: 0, outcome: 'agreed' },
      { kind: 'finish', frame: 'f' },
    ]);
  });

  test('keeps no device from other frames, and needs none any more', () => {
    const { run } = checked();
    expect(gangsOf(begun(run, 'g'))).toEqual(['g#1 a b c']);
    run.send({ kind: 'device-dead', device: 'b' });
    expect(run.ledger.frames.get('f')!.parts.map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
  });

  test('ends unchecked when the gateway cannot compute it, or takes too long', () => {
    const failed = checked().run;
    judged(failed, { kind: 'skipped' });
    expect(effectsOf(failed).at(-1)).toEqual({ kind: 'finish', frame: 'f' });
    const { run } = checked();
    expect(run.passWith(SETTINGS.frameTimeoutMs / 2 + 500, {})).toContainEqual({ kind: 'finish', frame: 'f' });
    judged(run, { kind: 'suspected', devices: ['a'] });
    expect(run.phase('f'), 'too late').toBe('finishing');
  });

  test('begins again on one suspect alone when blocks of several are wrong, and nobody is in quarantine without proof', () => {
    const { run } = checked();
    judged(run, { kind: 'suspected', devices: ['c', 'b'] });
    expect(run.ledger.quarantined.size).toBe(0);
    expect(gangsOf(run.effects as LedgerOrder[]), 'the worst first').toEqual(['f#2 c']);
    audited(run, 'f');
    judged(run, { kind: 'wrong', devices: [{ device: 'c', detail: 'differs' }] }, 2);
    expect([...run.ledger.quarantined]).toEqual(['c']);
    expect(gangsOf(run.effects as LedgerOrder[])).toEqual(['f#3 b']);
    audited(run, 'f');
    judged(run, { kind: 'wrong', devices: [] }, 3);
    expect(run.phase('f')).toBe('finishing');
    expect([...run.ledger.quarantined]).toEqual(['c']);
  });

  test('of one device proves that it is wrong', () => {
    const { run } = checked(WHOLE);
    judged(run, { kind: 'wrong', devices: [{ device: 'a', detail: 'differs' }] });
    expect(gangsOf(run.effects as LedgerOrder[])).toEqual(['f#2 b']);
  });
});

describe('a gang of an earlier life of the gateway', () => {
  test('is formed again when devices have had time to register, and none of its results count', () => {
    const run = new LedgerRun();
    run.restored('f', { source: '', distribution: ALL });
    run.seen('a', [running('f', 0)]);
    run.seen('b');
    run.result('f', 0, 'a', 1);
    expect(run.verdict).toBe('stale');
    expect(gangsOf(run.pass(SETTINGS.restoreMs))).toEqual([`f#${SETTINGS.attempts + 1} a b`]);
  });
});

/** Numbers pick among what there is, so that a script stays one when it is shortened. */
const device = fc.constantFrom('a', 'b', 'c', 'd');
const member = fc.nat(3);
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('submit' as const), most: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('result' as const), member, late: fc.nat(3), isAudited: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('judged' as const), member, outcome: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pushed' as const), member }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('refused' as const, 'not taken' as const), member }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('seen' as const), device, lists: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('left', 'dead', 'drained', 'suspended', 'wrong'), device }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 40_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('left out' as const), devices: fc.uniqueArray(device) }) },
);

type GangHappening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** Gangs on devices that answer, stay away or are wrong as a script says. */
class GangScript {
  readonly run = withDevices('a', 'b', 'c');
  readonly #distributions = new Map<string, Distribution>();
  readonly #lives = new Map<string, number>();
  ended = 0;

  happen(one: GangHappening, turn: number): void {
    const { run } = this;
    const frame = [...run.ledger.frames.keys()][turn % Math.max(1, run.ledger.frames.size)];
    switch (one.kind) {
      case 'submit':
        this.#submit(`f${turn}`, one.most);
        return;
      case 'seen':
        run.seen(one.device, one.lists ? this.#blocksOf(one.device) : []);
        return;
      case 'left':
        run.left(one.device);
        return;
      case 'dead':
        run.send({ kind: 'device-dead', device: one.device });
        return;
      case 'drained':
        run.draining(one.device);
        return;
      case 'suspended':
        run.send({ kind: 'device-suspended', device: one.device, untilMs: run.nowMs + 1_000 });
        return;
      case 'wrong': {
        const finding = { kind: 'wrong', devices: [{ device: one.device, detail: 'differs' }] } as const;
        run.send({ kind: 'audit-judged', frame: 'other', part: 0, attempt: 1, finding });
        return;
      }
      case 'judged':
        if (frame !== undefined) this.#judged(frame, one);
        return;
      case 'left out':
        run.send({ kind: 'devices-left-out', devices: one.devices });
        return;
      case 'time':
        this.passWith(one.ms);
        return;
      case 'restart':
        this.#restart();
        return;
      default:
        if (frame !== undefined) this.#ofMember(frame, one);
    }
  }

  /** Devices that are known say that they have what they are thought to have. */
  passWith(ms: number): void {
    for (const name of this.run.ledger.devices.keys()) this.run.seen(name, this.#blocksOf(name));
    this.run.pass(Math.min(ms, SETTINGS.lostAfterMs));
    this.endFinished();
  }

  endFinished(): void {
    for (const { frame, phase } of [...this.run.ledger.frames.values()]) {
      if (phase.kind !== 'finishing') continue;
      this.run.ended(frame);
      this.ended++;
    }
  }

  #submit(frame: string, most: number): void {
    const distribution: Distribution = { kind: 'gang', plan: 'stages', members: most === 1 ? 1 : 'all', most };
    this.#distributions.set(frame, distribution);
    this.run.accept(frame, { distribution, source: most === 2 ? 'a' : null, delivered: most === 2 });
  }

  #blocksOf(name: string) {
    return [...this.run.ledger.frames.values()].flatMap(({ frame, parts }) =>
      parts.flatMap((part, i) => {
        const has = part.kind !== 'unplaced' && part.kind !== 'done' && part.device === name;
        return has ? [running(frame, i, part.attempt)] : [];
      }),
    );
  }

  #ofMember(frame: string, one: Extract<GangHappening, { kind: 'result' | 'pushed' | 'refused' | 'not taken' }>): void {
    const { run } = this;
    const part = run.ledger.frames.get(frame)!.parts[one.member];
    if (part === undefined || part.kind === 'unplaced') {
      run.result(frame, one.member, 'a', Math.max(1, run.ledger.frames.get(frame)!.latest));
      expect(run.verdict).toBe('stale');
      return;
    }
    const { attempt, device: name } = part;
    if (one.kind === 'result') {
      const of = Math.max(1, attempt - one.late);
      run.send({ kind: 'result', frame, part: one.member, attempt: of, device: name, audited: one.isAudited });
      if (of < attempt) expect(run.verdict).toBe('stale');
    } else if (one.kind === 'pushed') run.pushed(frame, one.member, attempt, name);
    else if (one.kind === 'not taken') run.pushFailed(frame, one.member, attempt, name);
    else run.send({ kind: 'result-refused', frame, part: one.member, attempt, device: name });
  }

  /** The gateway has computed a frame that is checked; its finding may come late, or twice. */
  #judged(frame: string, { member: first, outcome }: Extract<GangHappening, { kind: 'judged' }>): void {
    const { parts } = this.run.ledger.frames.get(frame)!;
    const devices = parts.flatMap((part) => (part.kind === 'unplaced' ? [] : [part.device]));
    const named = devices[first % Math.max(1, devices.length)];
    const wrong = named === undefined ? [] : [{ device: named, detail: 'differs' }];
    const findings: readonly AuditFinding[] = [
      { kind: 'wrong', devices: [] },
      { kind: 'skipped' },
      devices.length === 1 ? { kind: 'wrong', devices: wrong } : { kind: 'suspected', devices },
      { kind: 'suspected', devices: devices.slice(0, 1) },
    ];
    const { attempt } = parts[0]!;
    this.run.send({ kind: 'audit-judged', frame, part: 0, attempt, finding: findings[outcome]! });
  }

  #restart(): void {
    const { run } = this;
    const quarantined = [...run.ledger.quarantined];
    const generations = new Map([...run.ledger.frames].map(([frame, { generation }]) => [frame, generation]));
    for (const frame of run.restart()) {
      const life = (this.#lives.get(frame) ?? 0) + 1;
      this.#lives.set(frame, life);
      const distribution = this.#distributions.get(frame)!;
      const generation = generations.get(frame)!;
      run.send({ kind: 'frame-restored', frame, parts: 1, source: '', life, distribution, generation });
    }
    for (const name of quarantined) run.send({ kind: 'device-quarantined', device: name });
  }
}

test('every frame of a gang ends once, whatever happens to its members', () => {
  const runs = propertyRuns(300);
  let finished = 0;
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 80, size: 'max' }), (happenings) => {
      const script = new GangScript();
      for (const [turn, one] of happenings.entries()) script.happen(one, turn);
      // From here on nothing goes wrong any more.
      const { run } = script;
      for (let turn = 0; turn < 400 && run.open().length > 0; turn++) {
        run.seen('e');
        script.passWith(500);
        for (const frame of [...run.ledger.frames.keys()]) {
          if (run.phase(frame) === 'running') finishGang(run, frame);
          const { audits } = run.ledger.frames.get(frame)!;
          for (const { phase } of audits) {
            const finding = { kind: 'wrong', devices: [] } as const;
            run.send({ kind: 'audit-judged', frame, part: 0, attempt: phase.attempt, finding });
          }
        }
        script.endFinished();
      }
      expect(run.open()).toEqual([]);
      finished += script.ended;
    }),
    { numRuns: runs },
  );
  expect(finished).toBeGreaterThan(3 * runs);
});
