import { describe, expect, it } from 'vitest';
import { type LedgerRun, SETTINGS, withDevices } from '../ledger-run.js';

/** A frame of two tiles whose source is the first device, which has them. */
function running(...devices: string[]): LedgerRun {
  const run = withDevices(...devices);
  run.accept('f', { source: devices[0]!, parts: 2 });
  run.delivered('f', devices[0]!);
  return run;
}

const refuse = (run: LedgerRun, device: string, attempt: number, part = 0) =>
  run.send({ kind: 'result-refused', frame: 'f', part, attempt, device });
const result = (run: LedgerRun, device: string, attempt: number, part = 0) =>
  run.send({ kind: 'result', frame: 'f', part, attempt, device });

describe('a result that is not finite', () => {
  it('has another device compute the tile, alone', () => {
    const run = running('a', 'b');
    expect(refuse(run, 'a', 1)).toEqual([{ kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'b', alone: true }]);
    expect(run.notes()).toEqual(['refused 0#1 a', 'pushed 0#2 b']);
  });

  it('shows its device to be wrong when another one computes finite values: the frame begins anew without it', () => {
    const run = running('a', 'b', 'c');
    refuse(run, 'a', 1);
    const orders = result(run, 'b', 2);
    expect(orders).toMatchObject([{ kind: 'quarantine', device: 'a', part: 0 }, { kind: 'rerun', frame: 'f' }, {}]);
    expect(orders[0]).toMatchObject({ detail: expect.stringContaining('deepthings quarantine release a') });
    expect(orders[2]).toMatchObject({ kind: 'deliver' });
    expect(orders[2]).not.toMatchObject({ source: 'a' });
  });

  it('shows the same when it comes after a finite one', () => {
    const run = running('a', 'b');
    result(run, 'b', 1);
    expect(refuse(run, 'a', 1)).toMatchObject([{ kind: 'quarantine', device: 'a' }, { kind: 'rerun' }, {}]);
  });

  it('is one of the weights when every device gives it, which names them all', () => {
    const run = running('a', 'b');
    refuse(run, 'a', 1);
    expect(refuse(run, 'b', 2)).toEqual([
      { kind: 'fail', frame: 'f', code: 'DT_NOT_FINITE', detail: expect.stringMatching(/tile 0 .*\(a, b\).*weights/) },
    ]);
    expect(run.ledger.quarantined.size).toBe(0);
  });

  it('gives an only device a second try', () => {
    const run = running('a');
    expect(refuse(run, 'a', 1)).toMatchObject([{ kind: 'push', device: 'a', attempt: 2, alone: true }]);
    expect(result(run, 'a', 2), 'a flipped bit').toEqual([]);
  });

  it('fails the frame when an only device gives it twice', () => {
    const run = running('a');
    refuse(run, 'a', 1);
    expect(refuse(run, 'a', 2)).toMatchObject([{ kind: 'fail', code: 'DT_NOT_FINITE' }]);
  });

  it('counts for nothing when a newer attempt has the tile, or the frame is gone', () => {
    const run = running('a', 'b', 'c');
    refuse(run, 'a', 1);
    expect(refuse(run, 'a', 1)).toEqual([]);
    expect(run.send({ kind: 'result-refused', frame: 'g', part: 0, attempt: 1, device: 'a' })).toEqual([]);
    expect(refuse(run, 'a', 1, 9)).toEqual([]);
  });

  it('does not use up the attempts that a tile has for other reasons', () => {
    const devices = ['a', 'b', 'c', 'd', 'e'];
    const run = running(...devices);
    for (const [i, device] of devices.slice(0, 4).entries()) refuse(run, device, i + 1);
    expect(devices.length).toBeGreaterThan(SETTINGS.attempts);
    expect(run.open()).toEqual(['f']);
    expect(result(run, 'e', 5).filter(({ kind }) => kind === 'quarantine')).toHaveLength(4);
  });
});
