import { describe, expect, it } from 'vitest';
import { gaveTo, LedgerRun, queued, running, SETTINGS, stealable, waiting } from '../ledger-run.js';

const { leaseFloorMs, missingMs } = SETTINGS;

describe('a steal', () => {
  it('is known when the thief lists the tile', () => {
    const run = stealable();
    run.seen('thief', [waiting('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'assigned', device: 'thief', confirmed: true });
    expect(run.notes()).toEqual(['assigned 0#1 thief']);
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.part('f')).toMatchObject({ kind: 'assigned', device: 'thief', confirmed: true });
    expect(run.notes()).toEqual([]);
    run.seen('thief', [running('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'running', device: 'thief' });
  });

  it('is known when the victim reports it, before the thief has spoken', () => {
    const run = stealable();
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.part('f')).toMatchObject({ kind: 'assigned', device: 'thief', confirmed: false });
    // The thief's heartbeat was under way when it got the tile.
    run.seen('thief', []);
    expect(run.part('f')).toMatchObject({ kind: 'assigned', device: 'thief', confirmed: false });
  });

  it('is known before the gateway hears that the picture arrived', () => {
    const run = new LedgerRun();
    for (const device of ['victim', 'thief']) run.seen(device);
    run.accept('f', { parts: 2, source: 'victim' });
    run.seen('victim', [queued('f', 1)], { handedOut: [gaveTo('thief', 'f', 0)] });
    run.delivered('f', 'victim');
    expect(run.part('f', 0)).toMatchObject({ kind: 'assigned', device: 'thief' });
    expect(run.part('f', 1)).toMatchObject({ kind: 'queued', device: 'victim' });
  });

  it("survives the victim's heartbeat that was under way when the thief's came", () => {
    const run = stealable();
    run.seen('thief', [running('f')]);
    run.seen('victim', [queued('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'queued', device: 'victim' });
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.part('f')).toMatchObject({ kind: 'assigned', device: 'thief' });
    run.seen('thief', [running('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'running', device: 'thief', attempt: 1 });
  });

  it('that is handed back is the victim\'s again, though its list says "given" and "queued" at once', () => {
    const run = stealable();
    run.seen('thief', [waiting('f')]);
    run.seen('thief', []);
    expect(run.part('f').kind).toBe('missing');
    run.seen('victim', [queued('f')], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.part('f')).toEqual({ kind: 'queued', attempt: 1, device: 'victim' });
  });

  it('is found again when it was looked for with the victim', () => {
    const run = stealable();
    run.seen('victim', []);
    expect(run.part('f')).toMatchObject({ kind: 'missing', device: 'victim' });
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.part('f')).toMatchObject({ kind: 'assigned', device: 'thief' });
  });

  it("of an old attempt is not heard once the tile is somebody else's", () => {
    const run = stealable();
    run.seen('thief', [running('f')]);
    run.left('thief');
    expect(run.part('f')).toMatchObject({ kind: 'pushing', attempt: 2 });
    const before = run.part('f');
    run.seen('thief', [running('f')]);
    run.seen('victim', [], { handedOut: [gaveTo('other', 'f', 0, 1)] });
    expect(run.part('f')).toEqual(before);
  });
});

describe('a heartbeat', () => {
  it('that crosses a push does not undo it', () => {
    const run = stealable();
    run.left('victim');
    // Sent before the push arrived, received before its answer, then after it.
    run.seen('other', []);
    expect(run.part('f')).toMatchObject({ kind: 'pushing', device: 'other' });
    run.pushed('f', 0, 2, 'other');
    run.seen('other', []);
    expect(run.part('f')).toMatchObject({ kind: 'missing', device: 'other', attempt: 2 });
    run.pass(missingMs / 3);
    run.seen('other', [queued('f', 0, 2)]);
    expect(run.part('f')).toEqual({ kind: 'queued', device: 'other', attempt: 2 });
  });

  it('that crosses the delivery of the picture does not undo it', () => {
    const run = stealable();
    run.seen('victim', []);
    expect(run.part('f').kind).toBe('missing');
    run.pass(missingMs);
    run.seen('victim', [queued('f')]);
    expect(run.part('f')).toEqual({ kind: 'queued', device: 'victim', attempt: 1 });
  });

  it('tells of tiles before the answer to the delivery does', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.accept('f', { parts: 2 });
    run.seen('a', [running('f', 0), queued('f', 1)]);
    run.delivered('f', 'a');
    expect(run.part('f', 0)).toMatchObject({ kind: 'running', device: 'a' });
    expect(run.part('f', 1)).toMatchObject({ kind: 'queued', device: 'a' });
  });

  it('of a device that was restarted has its tiles looked for, then given away', () => {
    const run = stealable(2);
    run.seen('victim', [running('f', 0), queued('f', 1)]);
    run.seen('victim', []);
    expect(run.part('f', 0)).toMatchObject({ kind: 'missing', device: 'victim' });
    const orders = run.passWith(missingMs + 500, { victim: [], thief: [], other: [] });
    expect(orders).toEqual([
      { kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'other' },
      { kind: 'push', frame: 'f', part: 1, attempt: 2, device: 'thief' },
    ]);
  });

  it('of a device that goes on under an older attempt counts for the newer one, with its lease', () => {
    const run = new LedgerRun();
    run.seen('slow');
    run.accept('f', { source: 'slow' });
    run.delivered('f', 'slow');
    run.seen('slow', [running('f')]);
    expect(run.pass(leaseFloorMs + 1)).toMatchObject([{ kind: 'push', attempt: 2, device: 'slow' }]);
    // Before the push has been answered the device cannot mean it.
    run.seen('slow', [running('f')]);
    expect(run.part('f').kind).toBe('pushing');
    run.pushed('f', 0, 2, 'slow');
    run.seen('slow', [running('f')]);
    expect(run.part('f')).toEqual({
      kind: 'running',
      attempt: 2,
      device: 'slow',
      deadlineMs: run.nowMs + 2 * leaseFloorMs,
    });
    expect(run.passWith(2 * leaseFloorMs, { slow: [running('f')] })).toEqual([]);
    expect(run.pass(1)).toMatchObject([{ kind: 'push', attempt: 3 }]);
  });

  it('that lists two attempts of a tile means the newer one', () => {
    const run = new LedgerRun();
    run.seen('slow');
    run.accept('f', { source: 'slow' });
    run.delivered('f', 'slow');
    run.seen('slow', [running('f')]);
    run.pass(leaseFloorMs + 1);
    run.pushed('f', 0, 2, 'slow');
    for (const tasks of [
      [running('f', 0, 1), queued('f', 0, 2)],
      [queued('f', 0, 2), running('f', 0, 1)],
    ]) {
      run.seen('slow', tasks);
      expect(run.part('f')).toEqual({ kind: 'queued', attempt: 2, device: 'slow' });
      expect(run.notes()).toEqual([]);
    }
  });

  it('of a thief that was given an older attempt counts for the newer one that its victim was given', () => {
    const run = stealable();
    run.left('thief');
    run.left('other');
    run.seen('victim', [running('f')]);
    run.pass(leaseFloorMs + 1);
    run.pushed('f', 0, 2, 'victim');
    run.seen('thief');
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f', 0, 1)] });
    expect(run.part('f')).toMatchObject({ kind: 'assigned', attempt: 2, device: 'thief' });
    run.seen('thief', [running('f', 0, 1)]);
    expect(run.part('f')).toMatchObject({ kind: 'running', attempt: 2, device: 'thief' });
  });

  it('says nothing of frames and tiles that are not open', () => {
    const run = stealable();
    const before = run.ledger.frames;
    run.seen('thief', [running('nowhere'), queued('f', 7)], { handedOut: [gaveTo('other', 'nowhere')] });
    expect(run.ledger.frames).toEqual(before);
  });
});

describe('a tile that nobody lists', () => {
  it('is looked for, since a result may be on its way', () => {
    const run = stealable();
    run.seen('thief', [running('f')]);
    run.seen('thief', []);
    expect(run.part('f')).toMatchObject({ kind: 'missing', device: 'thief' });
    expect(run.pass(missingMs)).toEqual([]);
    expect(run.result('f', 0, 'thief')).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  it('is given to another when the time is over', () => {
    const run = stealable();
    run.seen('thief', [running('f')]);
    run.seen('thief', []);
    run.pass(missingMs);
    expect(run.pass(1)).toMatchObject([{ kind: 'push', attempt: 2, device: 'other' }]);
  });

  it('is not looked for longer because its victim is late to say who had it', () => {
    const run = stealable();
    run.seen('thief', [running('f')]);
    run.seen('thief', []);
    const before = run.part('f');
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.part('f')).toEqual(before);
  });

  it('goes on where it is when its device lists it again', () => {
    const run = stealable();
    run.seen('thief', [running('f')]);
    run.seen('thief', []);
    run.seen('thief', [running('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'running', device: 'thief', attempt: 1 });
  });
});
