import { describe, expect, it } from 'vitest';
import { gaveTo, LedgerRun, queued, running, SETTINGS, stealable, waiting } from '../ledger-run.js';

const { attempts, leaseFactor, leaseFloorMs, leaseWaitingMs, lostAfterMs, missingMs } = SETTINGS;

describe('the lease of a running tile', () => {
  function runningOn(medianTileMs: number | null): LedgerRun {
    const run = stealable();
    run.seen('thief', [running('f')], { medianTileMs });
    return run;
  }

  /** When the tile is taken away from a thief that goes on listing it. */
  function expiresAfterMs(run: LedgerRun, attempt = 1): number {
    const startMs = run.nowMs;
    for (;;) {
      run.nowMs += 100;
      for (const device of ['victim', 'other']) run.seen(device);
      run.seen('thief', [running('f', 0, attempt)], { medianTileMs: 1 });
      if (run.send({ kind: 'tick' }).length > 0) return run.nowMs - 100 - startMs;
    }
  }

  it('is a multiple of what the device usually takes', () => {
    expect(expiresAfterMs(runningOn(700))).toBe(leaseFactor * 700);
  });

  it('has a floor', () => {
    expect(expiresAfterMs(runningOn(20))).toBe(leaseFloorMs);
  });

  it('is generous where nothing is known of the device yet', () => {
    expect(expiresAfterMs(runningOn(null))).toBe(leaseFactor * leaseWaitingMs);
  });

  it('starts with the computation and is not renewed by listing it', () => {
    const run = stealable();
    run.seen('thief', [waiting('f')]);
    run.pass(1_000);
    run.seen('thief', [running('f')]);
    expect(run.part('f')).toMatchObject({ deadlineMs: run.nowMs + leaseFloorMs });
    expect(expiresAfterMs(run)).toBe(leaseFloorMs);
  });

  it('gives the tile to another when it expires, twice as long', () => {
    const run = runningOn(20);
    run.nowMs += leaseFloorMs + 1;
    expect(run.send({ kind: 'tick' })).toEqual([{ kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'other' }]);
    expect(run.notes()).toEqual(['expired 0#1 thief', 'pushed 0#2 other']);
    run.pushed('f', 0, 2, 'other');
    run.seen('thief', [running('f', 0, 2)], { medianTileMs: 20 });
    expect(run.part('f')).toMatchObject({ deadlineMs: run.nowMs + 2 * leaseFloorMs });
    expect(expiresAfterMs(run, 2)).toBe(2 * leaseFloorMs);
  });

  it('leaves a slow device live', () => {
    const run = runningOn(20);
    run.nowMs += leaseFloorMs + 1;
    run.send({ kind: 'tick' });
    expect([...run.ledger.devices.keys()]).toEqual(['victim', 'thief', 'other']);
  });

  it('pushes to the same device when it is the only one', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.accept('f', { source: 'a' });
    run.delivered('f', 'a');
    run.seen('a', [running('f')]);
    expect(run.pass(leaseFloorMs + 1)).toEqual([{ kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'a' }]);
  });

  it('fails the frame after so many attempts, saying which tile and how many', () => {
    const run = stealable();
    for (let attempt = 1; attempt <= attempts; attempt++) {
      run.seen('thief', [running('f', 0, attempt)]);
      run.seen('victim');
      run.seen('other');
      const orders = run.pass(leaseFloorMs * 2 ** (attempt - 1) + 1);
      if (attempt < attempts) expect(orders).toMatchObject([{ kind: 'push', attempt: attempt + 1 }]);
      else {
        const last = orders.filter(({ kind }) => kind !== 'device-lost');
        expect(last).toEqual([
          {
            kind: 'fail',
            frame: 'f',
            code: 'DT_TILE_ATTEMPTS',
            detail: expect.stringMatching(/^tile 0 .* in 3 attempts/),
          },
        ]);
      }
    }
    expect(run.ledger.frames.size).toBe(0);
  });
});

describe('a tile that waits', () => {
  it('in a queue has no deadline: its device lists it, or does not', () => {
    const run = stealable();
    expect(run.passWith(20_000, { victim: [queued('f')], thief: [], other: [] })).toEqual([]);
  });

  it('at a thief is bounded, and listing it does not renew the bound', () => {
    const run = stealable();
    run.seen('thief', [waiting('f')]);
    const boundMs = leaseWaitingMs + leaseFloorMs;
    expect(run.passWith(boundMs, { victim: [], thief: [waiting('f')], other: [] })).toEqual([]);
    expect(run.pass(1)).toMatchObject([{ kind: 'push', attempt: 2 }]);
  });

  it('at a thief of which only the victim speaks is bounded as well, and repeating it renews nothing', () => {
    const run = stealable();
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    const before = run.part('f');
    run.pass(500);
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.part('f')).toEqual(before);
    expect(run.passWith(leaseWaitingMs + leaseFloorMs, { victim: [], thief: [], other: [] })).toMatchObject([
      { kind: 'push', attempt: 2 },
    ]);
  });
});

describe('a death', () => {
  const pushTo = (device: string, attempt = 2) => [{ kind: 'push', frame: 'f', part: 0, attempt, device }];

  it("of a thief after the victim's word gives the tile to another", () => {
    const run = stealable();
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.left('thief')).toEqual(pushTo('other'));
    expect(run.notes()).toEqual(['lost 0#1 thief', 'pushed 0#2 other']);
  });

  it("of a thief before the victim's word does too, after a look for it", () => {
    const run = stealable();
    run.left('thief');
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.part('f')).toMatchObject({ kind: 'missing', device: 'thief' });
    expect(run.passWith(missingMs, { victim: [], other: [] })).toEqual([]);
    expect(run.passWith(500, { victim: [], other: [] })).toEqual(pushTo('other'));
  });

  it('of a victim before it reported a steal lets the thief keep the tile', () => {
    const run = stealable();
    expect(run.left('victim')).toEqual(pushTo('other'));
    run.seen('thief', [running('f')]);
    expect(run.part('f')).toMatchObject({ kind: 'pushing', attempt: 2 });
    expect(run.result('f', 0, 'thief', 1)).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  it("of a victim after the thief's word costs nothing", () => {
    const run = stealable();
    run.seen('thief', [running('f')]);
    expect(run.left('victim')).toEqual([]);
    expect(run.part('f')).toMatchObject({ kind: 'running', device: 'thief', attempt: 1 });
  });

  it('of both gives the tile to the one that is left', () => {
    const run = stealable();
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.left('victim')).toEqual([]);
    expect(run.left('thief')).toEqual(pushTo('other'));
  });

  it('of both in one silence gives it to the one that is left', () => {
    const run = stealable();
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    run.pass(lostAfterMs);
    run.seen('other');
    const orders = run.pass(1);
    expect(orders).toContainEqual({ kind: 'device-lost', device: 'victim' });
    expect(orders).toContainEqual({ kind: 'device-lost', device: 'thief' });
    expect(run.part('f')).toMatchObject({ kind: 'pushing', attempt: 2, device: 'other' });
  });

  it('of everybody keeps the frame until somebody comes', () => {
    const run = stealable();
    for (const device of ['victim', 'thief', 'other']) run.left(device);
    expect(run.part('f').kind).toBe('unplaced');
    run.pass(lostAfterMs);
    run.seen('other');
    expect(run.pass(1)).toMatchObject([{ kind: 'push', device: 'other' }]);
  });
});

describe('a device that is found dead', () => {
  it('is lost at once, with all that it had', () => {
    const run = stealable();
    run.seen('victim', [queued('f')]);
    expect(run.send({ kind: 'device-dead', device: 'victim' })).toEqual([
      { kind: 'device-lost', device: 'victim' },
      { kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'other' },
    ]);
    expect(run.send({ kind: 'device-dead', device: 'victim' })).toEqual([]);
  });

  it('is not looked for when its victim says only later what it stole', () => {
    const run = stealable();
    run.seen('victim', [queued('f')]);
    run.send({ kind: 'device-dead', device: 'thief' });
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    expect(run.pass(1)).toEqual([{ kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'other' }]);
  });

  it('and comes back has its stolen tile, when it says so first', () => {
    const run = stealable();
    run.seen('victim', [queued('f')]);
    run.send({ kind: 'device-dead', device: 'thief' });
    run.seen('victim', [], { handedOut: [gaveTo('thief', 'f')] });
    run.seen('thief', [running('f')]);
    expect(run.pass(1)).toEqual([]);
    expect(run.part('f')).toMatchObject({ kind: 'running', device: 'thief', attempt: 1 });
  });
});

describe('a silent device', () => {
  it('is lost after lostAfterMs and not before, and hands on all that it had', () => {
    const run = stealable(2);
    run.seen('victim', [queued('f', 0), queued('f', 1)]);
    run.pass(lostAfterMs - 1);
    run.seen('other');
    expect(run.pass(1)).toEqual([]);
    expect(run.pass(1)).toEqual([
      { kind: 'device-lost', device: 'victim' },
      { kind: 'device-lost', device: 'thief' },
      { kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'other' },
      { kind: 'push', frame: 'f', part: 1, attempt: 2, device: 'other' },
    ]);
  });

  it('costs a tile one attempt, however many devices fall silent with it', () => {
    const run = new LedgerRun();
    for (const device of ['a', 'b', 'c', 'd', 'e']) run.seen(device);
    run.accept('f', { source: 'a' });
    run.delivered('f', 'a');
    run.pass(lostAfterMs);
    run.seen('e');
    expect(run.pass(1).filter(({ kind }) => kind !== 'device-lost')).toEqual([
      { kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'e' },
    ]);
  });

  it('that speaks again is live again, and its old attempts stay fenced', () => {
    const run = stealable();
    run.pass(1_000);
    run.seen('other');
    run.pass(lostAfterMs);
    expect([...run.ledger.devices.keys()]).toEqual(['other']);
    run.seen('victim', [running('f')]);
    expect([...run.ledger.devices.keys()]).toEqual(['other', 'victim']);
    expect(run.part('f')).toMatchObject({ kind: 'pushing', attempt: 2, device: 'other' });
    expect(run.result('f', 0, 'victim', 1)).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  it('is lost once', () => {
    const run = new LedgerRun();
    run.seen('a');
    expect(run.pass(lostAfterMs + 1)).toEqual([{ kind: 'device-lost', device: 'a' }]);
    expect(run.pass(lostAfterMs + 1)).toEqual([]);
    expect(run.left('a')).toEqual([]);
  });
});
