import { describe, expect, it } from 'vitest';
import type { Distribution } from '../../../server/scheduling/ledger/ledger-state.js';
import { LedgerRun, running } from '../ledger-run.js';

const ALONE = { gatewayComputes: { aloneAfterMs: 800, whenIdle: false } };

const HOW: readonly Distribution[] = [
  { kind: 'stealing' },
  { kind: 'sharing' },
  { kind: 'gang', plan: 'stages', members: 'all', most: 3 },
];

describe('frames without a device', () => {
  it.each(HOW)('are computed by the gateway, one after another: $kind', (distribution) => {
    const run = new LedgerRun({ gatewayComputes: { aloneAfterMs: 0, whenIdle: false } });
    expect(run.accept('f', { distribution })).toEqual([{ kind: 'compute-here', frame: 'f', generation: 1 }]);
    expect(run.accept('g', { distribution })).toEqual([]);
    expect(run.pass(1_000)).toEqual([]);
    expect(run.ended('f')).toEqual([{ kind: 'compute-here', frame: 'g', generation: 1 }]);
    expect(run.ended('g')).toEqual([]);
  });

  it('wait for devices to register first, where some are declared', () => {
    const run = new LedgerRun(ALONE);
    expect(run.accept('f')).toEqual([]);
    expect(run.pass(799)).toEqual([]);
    expect(run.pass(1)).toEqual([{ kind: 'compute-here', frame: 'f', generation: 1 }]);
  });

  it('go to a device that registers in time', () => {
    const run = new LedgerRun(ALONE);
    run.accept('f');
    expect(run.seen('a')).toMatchObject([{ kind: 'deliver', frame: 'f', source: 'a' }]);
    run.delivered('f', 'a');
    expect(run.passWith(1_000, { a: [running('f')] })).toEqual([]);
  });

  it('fail after a while where the gateway does not compute', () => {
    const run = new LedgerRun();
    run.accept('f');
    expect(run.pass(60_001)).toMatchObject([{ kind: 'fail', code: 'DT_NO_DEVICE' }]);
  });
});

describe('a frame whose devices go away', () => {
  it.each(HOW)('is computed by the gateway, and nothing that they send later counts: $kind', (distribution) => {
    const run = new LedgerRun(ALONE);
    run.seen('a');
    run.accept('f', {
      parts: distribution.kind === 'stealing' || distribution.kind === 'sharing' ? 2 : 1,
      distribution,
    });
    if (distribution.kind !== 'gang') run.delivered('f', 'a');
    run.left('a');
    run.pass(500);
    expect(run.pass(500)).toEqual([{ kind: 'compute-here', frame: 'f', generation: 2 }]);
    run.send({ kind: 'result', frame: 'f', part: 0, attempt: 1, generation: 1, device: 'a' });
    expect(run.verdict).toBe('stale');
    // The device is back, with the frame's tiles.
    expect(run.seen('a', [running('f')])).toEqual([]);
    expect(run.phase('f')).toBe('local');
    expect(run.ended('f')).toEqual([]);
    expect(run.accept('g', { distribution })).not.toContainEqual(expect.objectContaining({ kind: 'compute-here' }));
  });

  it('stays with a device that is drained and finishes what it has', () => {
    const run = new LedgerRun(ALONE);
    run.seen('a');
    run.accept('f');
    run.delivered('f', 'a');
    run.seen('a', [running('f')]);
    for (let ms = 0; ms < 3_000; ms += 500) {
      run.nowMs += 500;
      expect(run.draining('a', [running('f')])).toEqual([]);
    }
    expect(run.result('f', 0, 'a')).toEqual([{ kind: 'finish', frame: 'f' }]);
  });
});

describe('a frame while the gateway is idle and the devices are not', () => {
  const start = (whenIdle: boolean) => {
    const run = new LedgerRun({ framesPerSource: 1, gatewayComputes: { aloneAfterMs: 800, whenIdle } });
    run.seen('a');
    run.accept('f');
    run.delivered('f', 'a');
    return run;
  };

  it('is computed by the gateway where it is to help', () => {
    const run = start(true);
    expect(run.accept('g')).toEqual([{ kind: 'compute-here', frame: 'g', generation: 1 }]);
    expect(run.accept('h')).toEqual([]);
    expect(run.ended('g')).toEqual([{ kind: 'compute-here', frame: 'h', generation: 1 }]);
  });

  it('waits for the device otherwise', () => {
    expect(start(false).accept('g')).toEqual([]);
  });

  it('waits while the gateway finishes another', () => {
    const run = start(true);
    run.result('f', 0, 'a');
    expect(run.phase('f')).toBe('finishing');
    expect(run.accept('g')).toMatchObject([{ kind: 'deliver' }]);
    expect(run.accept('h')).toEqual([]);
  });
});
