import { describe, expect, it } from 'vitest';
import { gaveTo, LedgerRun, queued, running, SETTINGS, waiting } from '../ledger-run.js';

const { attempts, missingMs, restoreMs } = SETTINGS;

describe('a frame of an earlier life of the gateway', () => {
  it('waits for what devices say, then goes to its source again, as an attempt that no earlier life had', () => {
    const run = new LedgerRun();
    expect(run.restored('f', { parts: 2 })).toEqual([]);
    run.seen('a');
    expect(run.pass(restoreMs - 1)).toEqual([]);
    expect(run.pass(1)).toEqual([{ kind: 'deliver', frame: 'f', source: 'a', attempt: attempts + 1 }]);
    run.delivered('f', 'a', attempts + 1);
    expect(run.part('f')).toEqual({ kind: 'queued', attempt: attempts + 1, device: 'a' });
    run.result('f', 0, 'a', attempts + 1);
    expect(run.result('f', 1, 'a', attempts + 1)).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  it('goes to another source where its own does not come back', () => {
    const run = new LedgerRun();
    run.restored('f', { source: 'gone' });
    run.seen('b');
    expect(run.pass(restoreMs)).toMatchObject([{ kind: 'deliver', source: 'b' }]);
  });

  it('goes on on the devices that have parts of it; only what nobody has is given out', () => {
    const run = new LedgerRun();
    run.restored('f', { parts: 4 });
    run.seen('a', [queued('f', 0), queued('f', 1, 2)]);
    run.seen('b', [running('f', 2)]);
    const orders = run.pass(restoreMs);
    expect(orders).toEqual([{ kind: 'push', frame: 'f', part: 3, attempt: 1, device: 'b' }]);
    expect(run.phase('f')).toBe('running');
    for (const part of [0, 1, 2]) run.result('f', part, 'b');
    expect(run.result('f', 3, 'b')).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  it('does not wait for a thief that has done with a tile, whatever the victim says', () => {
    const run = new LedgerRun();
    run.restored('f', { parts: 2 });
    run.seen('a', [], { handedOut: [gaveTo('b', 'f', 0), gaveTo('c', 'f', 1)] });
    run.seen('b');
    run.seen('c', [waiting('f', 1)]);
    const orders = run.passWith(missingMs + 1, { a: [], b: [], c: [waiting('f', 1)] });
    expect(orders).toMatchObject([{ kind: 'push', part: 0, attempt: 2 }]);
    expect(run.part('f', 1)).toMatchObject({ kind: 'assigned', device: 'c', attempt: 1 });
  });

  it('counts results of the earlier life at once, also all of them', () => {
    const run = new LedgerRun();
    run.restored('f', { parts: 2 });
    run.result('f', 0, 'a');
    expect(run.verdict).toBe('accepted');
    run.result('f', 0, 'b');
    expect(run.verdict).toBe('duplicate');
    expect(run.result('f', 1, 'b')).toEqual([{ kind: 'finish', frame: 'f' }]);
  });

  it('has as many tries of a part as any other, whatever attempts the earlier life had made', () => {
    const run = new LedgerRun();
    run.restored('f');
    run.seen('a', [running('f', 0, attempts)]);
    run.pass(restoreMs);
    expect(run.part('f')).toMatchObject({ kind: 'running', device: 'a', attempt: attempts });
    expect(run.left('a')).toEqual([]);
    expect(run.part('f')).toEqual({ kind: 'unplaced', attempt: attempts + 1 });
    run.seen('b');
    expect(run.pass(1)).toMatchObject([{ kind: 'push', device: 'b', attempt: attempts + 1 }]);
  });

  // Found by the ledger's simulation: audits of the earlier life had used up more attempts than a life has.
  it('goes to its source as an attempt beyond any that a device named and lost', () => {
    const run = new LedgerRun();
    run.restored('f');
    run.seen('a', [queued('f', 0, attempts + 3)]);
    run.left('a');
    run.seen('b');
    expect(run.pass(restoreMs)).toEqual([{ kind: 'deliver', frame: 'f', source: 'b', attempt: attempts + 4 }]);
  });

  it('waits its turn behind others where its source has as many as it may have', () => {
    const run = new LedgerRun({ framesPerSource: 1 });
    run.restored('f');
    run.restored('g');
    run.seen('a');
    expect(run.pass(restoreMs)).toMatchObject([{ kind: 'deliver', frame: 'f' }]);
  });

  it('never has an attempt beyond the contract’s largest', () => {
    const run = new LedgerRun();
    run.restored('f', { life: 5_000 });
    run.seen('a');
    expect(run.pass(restoreMs)).toMatchObject([{ attempt: 1_000 - attempts + 1 }]);
  });
});
