import { describe, expect, it } from 'vitest';
import { type LedgerRun, running, withDevices } from '../ledger-run.js';

function leaveAlone(run: LedgerRun, device: string, ms = 5_000) {
  return run.send({ kind: 'device-suspended', device, untilMs: run.nowMs + ms });
}

describe('a live device that the gateway does not reach', () => {
  it('is no source, also where a request names it, until it can be tried again', () => {
    const run = withDevices('a', 'b');
    leaveAlone(run, 'a', 1_000);
    expect(run.accept('f')).toMatchObject([{ kind: 'deliver', source: 'b' }]);
    run.ended('f');
    expect(run.accept('g', { source: 'a' })).toMatchObject([{ kind: 'deliver', source: 'b' }]);
    run.ended('g');
    run.nowMs += 1_000;
    expect(run.accept('h', { source: 'a' })).toMatchObject([{ kind: 'deliver', source: 'a' }]);
  });

  it('gets no tile that another lost', () => {
    const run = withDevices('a', 'b', 'c');
    run.accept('f', { source: 'c' });
    run.delivered('f', 'c');
    leaveAlone(run, 'a');
    expect(run.send({ kind: 'device-left', device: 'c' })).toMatchObject([{ kind: 'push', device: 'b' }]);
  });

  it('keeps what it has, and its result counts', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a' });
    run.delivered('f', 'a');
    run.seen('a', [running('f')]);
    expect(leaveAlone(run, 'a')).toEqual([]);
    expect(run.result('f', 0, 'a')).toMatchObject([{ kind: 'finish' }]);
  });

  it('is asked all the same where there is no other, and at once when it is back', () => {
    const run = withDevices('a', 'b');
    leaveAlone(run, 'a');
    leaveAlone(run, 'b');
    expect(run.accept('f', { source: 'a' })).toMatchObject([{ kind: 'deliver', source: 'a' }]);
    run.ended('f');
    run.send({ kind: 'device-suspended', device: 'b', untilMs: 0 });
    expect(run.accept('g', { source: 'a' })).toMatchObject([{ kind: 'deliver', source: 'b' }]);
  });
});
