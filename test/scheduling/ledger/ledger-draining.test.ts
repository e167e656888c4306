import { describe, expect, it } from 'vitest';
import { gaveTo, queued, running, SETTINGS, stealable, waiting, withDevices } from '../ledger-run.js';

const key = (frame: string, tile = 0, attempt = 1) => ({ frame, tile, attempt });
const push = (part: number, attempt: number, device: string) => ({ kind: 'push', frame: 'f', part, attempt, device });

describe('a device that is drained', () => {
  it('gives back what it has not begun, to the others at once, and goes on with the rest', () => {
    const run = stealable(3);
    run.seen('victim', [running('f', 0), queued('f', 1), queued('f', 2)]);
    const orders = run.draining('victim', [running('f', 0)], [key('f', 1), key('f', 2)]);
    expect(orders).toEqual([push(1, 2, 'other'), push(2, 2, 'thief')]);
    expect(run.notes()).toEqual(['returned 1#1 victim', 'returned 2#1 victim', 'pushed 1#2 other', 'pushed 2#2 thief']);
    expect(run.part('f', 0)).toMatchObject({ kind: 'running', device: 'victim', attempt: 1 });
  });

  it('is given nothing more: no frame, no tile, no slice', () => {
    const run = withDevices('a', 'b');
    run.draining('a');
    expect(run.accept('named', { source: 'a' })).toMatchObject([{ kind: 'deliver', source: 'b' }]);
    expect(run.accept('free')).toMatchObject([{ kind: 'deliver', source: 'b' }]);
    run.delivered('named', 'b');
    run.left('b');
    expect(run.part('named')).toMatchObject({ kind: 'unplaced' });
    run.seen('c');
    expect(run.pass(200)).toMatchObject([
      { kind: 'push', frame: 'named', device: 'c' },
      { kind: 'deliver', frame: 'free', source: 'c' },
    ]);
  });

  it('may be drained again and again without a frame’s attempts being spent', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a' });
    run.delivered('f', 'a');
    let [holder, other] = ['a', 'b'] as [string, string];
    for (let attempt = 1; attempt <= 3 * SETTINGS.attempts; attempt++) {
      run.seen(holder, [queued('f', 0, attempt)]);
      expect(run.draining(holder, [], [key('f', 0, attempt)])).toEqual([push(0, attempt + 1, other)]);
      run.pushed('f', 0, attempt + 1, other);
      run.seen(holder);
      [holder, other] = [other, holder];
    }
    run.result('f', 0, holder, 10);
    expect(run.endOf('f')).toBe('finish');
  });

  it('keeps its tiles in nobody’s hands while it is the only one, and has them again when it is resumed', () => {
    const run = withDevices('a');
    run.accept('f', { source: 'a' });
    run.delivered('f', 'a');
    run.draining('a', [], [key('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'unplaced' });
    expect(run.passWith(1_000, {})).toEqual([]);
    run.seen('a');
    expect(run.pass(0)).toEqual([push(0, 2, 'a')]);
  });

  it('gives back what a delivery brought before the answer to that delivery is heard', () => {
    const run = withDevices('a');
    run.accept('f', { source: 'a' });
    run.seen('a', [queued('f')]);
    run.draining('a', [], [key('f')]);
    expect(run.notes().at(-1)).toBe('returned 0#1 a');
    expect(run.part('f')).toMatchObject({ kind: 'unplaced' });
    run.delivered('f', 'a');
    run.left('a');
    expect(run.pass(10_000)).toEqual([]);
    expect(run.seen('b')).toMatchObject([{ kind: 'deliver', frame: 'f', source: 'b', attempt: 2 }]);
  });

  it('has given back what only an overtaken word of the victim says it has', () => {
    const run = stealable();
    run.draining('thief');
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.left('thief')).toEqual([]);
    run.seen('victim', [queued('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'queued', device: 'victim', attempt: 1 });
  });

  it('has handed a stolen tile back to its victim, who says so after it is gone', () => {
    const run = stealable();
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    run.seen('thief', [waiting('f')]);
    run.draining('thief');
    run.left('thief');
    expect(run.part('f')).toMatchObject({ kind: 'missing', attempt: 1 });
    run.seen('victim', [queued('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'queued', device: 'victim', attempt: 1 });
  });

  it('gives back what a thief has just handed back to it', () => {
    const run = stealable();
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    run.seen('thief', [waiting('f')]);
    expect(run.draining('victim', [], [key('f')])).toEqual([push(0, 2, 'other')]);
    run.seen('thief', [waiting('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'pushing', device: 'other' });
  });

  it('does not take back what a thief computes', () => {
    const run = stealable();
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    run.seen('thief', [running('f')]);
    expect(run.draining('victim', [], [key('f')])).toEqual([]);
    expect(run.part('f')).toMatchObject({ kind: 'running', device: 'thief' });
  });

  it('refuses a picture or a tile that was on its way: another device gets it without a pause', () => {
    const run = withDevices('a', 'b', 'c');
    run.accept('f', { parts: 1, source: 'a' });
    const refusal = { kind: 'delivery-failed', frame: 'f', source: 'a', attempt: 1, detail: 'drained' } as const;
    expect(run.send({ ...refusal, draining: true })).toMatchObject([{ kind: 'deliver', source: 'b', attempt: 2 }]);
    run.delivered('f', 'b', 2);
    run.left('b');
    expect(run.part('f')).toMatchObject({ kind: 'pushing', device: 'c', attempt: 3 });
    run.seen('d');
    const push = { kind: 'push-failed', frame: 'f', part: 0, attempt: 3, device: 'c', detail: 'drained' } as const;
    expect(run.send({ ...push, draining: true })).toMatchObject([{ kind: 'push', device: 'd', attempt: 4 }]);
  });

  it('took a picture and gives its tiles back before its answer is heard', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { parts: 2, source: 'a' });
    const again = { kind: 'deliver', frame: 'f', source: 'b', attempt: 2 };
    expect(run.draining('a', [], [key('f', 0), key('f', 1)])).toEqual([again]);
    expect(run.delivered('f', 'a')).toEqual([]);
    expect(run.phase('f')).toBe('delivering');
  });

  it('may give a block back when it is resumed before its drain is heard of: the gang forms again at once', () => {
    const run = withDevices('a', 'b', 'c');
    run.accept('f', { distribution: { kind: 'gang', plan: 'stages', members: 'all', most: 9 } });
    for (const [member, device] of ['a', 'b', 'c'].entries()) run.pushed('f', member, 1, device);
    run.seen('a', [running('f', 0)]);
    const returned = [{ frame: 'f', tile: 2, attempt: 1 }];
    const orders = run.send({
      kind: 'device-seen',
      device: 'c',
      medianTileMs: null,
      tasks: [],
      handedOut: [],
      returned,
    });
    expect(orders[0]).toEqual({ kind: 'gang', frame: 'f', attempt: 2, devices: ['a', 'b'] });
    expect(run.ledger.frames.get('f')!.parts[0]).toMatchObject({ failed: 1 });
  });

  it('that is drained and resumed in mid-frame is in the next gang of the frame’s successor', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { distribution: { kind: 'gang', plan: 'stages', members: 'all', most: 9 } });
    const drained = run.send({
      ...{ kind: 'device-seen', device: 'b', medianTileMs: null, tasks: [], handedOut: [], draining: true },
      returned: [{ frame: 'f', tile: 1, attempt: 1 }],
    });
    expect(drained[0], 'once, whether it gives its block back or not').toEqual({
      ...{ kind: 'gang', frame: 'f', attempt: 2, devices: ['a'] },
    });
    expect(run.ledger.frames.get('f')!.parts[0]).toMatchObject({ failed: 0 });
    run.seen('b', []);
    run.result('f', 0, 'a', 2);
    const next = run.accept('g', { distribution: { kind: 'gang', plan: 'stages', members: 'all', most: 9 } });
    expect(next[0]).toMatchObject({ kind: 'gang', frame: 'g', devices: ['a', 'b'] });
  });

  it('that is lost all the same loses what it computed', () => {
    const run = stealable();
    run.seen('victim', [running('f')]);
    run.draining('victim', [running('f')]);
    run.seen('other');
    expect(run.passWith(SETTINGS.lostAfterMs + 500, { other: [] })).toContainEqual({
      kind: 'device-lost',
      device: 'victim',
    });
  });
});

describe('a device that is not drained', () => {
  it('may give a tile back as well, which counts as an attempt', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a' });
    run.delivered('f', 'a');
    for (let attempt = 1; attempt <= SETTINGS.attempts; attempt++) {
      const device = attempt % 2 === 1 ? 'a' : 'b';
      const returned = [key('f', 0, attempt)];
      run.send({ kind: 'device-seen', device, medianTileMs: 100, tasks: [], handedOut: [], returned });
    }
    expect(run.endOf('f')).toBe('fail');
  });
});
