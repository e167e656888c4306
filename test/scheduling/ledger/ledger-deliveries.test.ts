import { describe, expect, it } from 'vitest';
import { LedgerRun, queued, running, SETTINGS, waiting, withDevices } from '../ledger-run.js';

describe('a delivery that fails', () => {
  it('is tried again after a pause, at another source', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a' });
    expect(run.deliveryFailed('f', 'a', 1)).toEqual([]);
    expect(run.pass(SETTINGS.retryMs - 1)).toEqual([]);
    expect(run.pass(1)).toEqual([{ kind: 'deliver', frame: 'f', source: 'b', attempt: 2 }]);
    run.delivered('f', 'b', 2);
    expect(run.part('f')).toEqual({ kind: 'queued', attempt: 2, device: 'b' });
  });

  it('waits twice as long each time', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a' });
    run.deliveryFailed('f', 'a', 1);
    run.pass(SETTINGS.retryMs);
    run.deliveryFailed('f', 'b', 2);
    expect(run.pass(2 * SETTINGS.retryMs - 1)).toEqual([]);
    expect(run.pass(1)).toEqual([{ kind: 'deliver', frame: 'f', source: 'a', attempt: 3 }]);
  });

  it('is tried at the same source when there is no other', () => {
    const run = withDevices('a');
    run.accept('f');
    run.deliveryFailed('f', 'a');
    expect(run.pass(SETTINGS.retryMs)).toEqual([{ kind: 'deliver', frame: 'f', source: 'a', attempt: 2 }]);
  });

  it('fails the frame for good after so many attempts', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a' });
    run.deliveryFailed('f', 'a', 1);
    run.pass(SETTINGS.retryMs);
    run.deliveryFailed('f', 'b', 2);
    run.pass(2 * SETTINGS.retryMs);
    expect(run.deliveryFailed('f', 'a', 3)).toEqual([
      {
        kind: 'fail',
        frame: 'f',
        code: 'DT_SOURCE_UNREACHABLE',
        detail: expect.stringContaining('connection refused'),
      },
    ]);
  });

  it('starts the frame that waited behind it meanwhile', () => {
    const run = new LedgerRun({ framesPerSource: 1 });
    run.seen('a');
    run.accept('f');
    run.accept('g');
    expect(run.deliveryFailed('f', 'a')).toMatchObject([{ kind: 'deliver', frame: 'g' }]);
  });

  it('is not heard when a newer one has begun', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a' });
    run.deliveryFailed('f', 'a', 1);
    run.pass(SETTINGS.retryMs);
    expect(run.deliveryFailed('f', 'a', 1)).toEqual([]);
    expect(run.delivered('f', 'a', 1)).toEqual([]);
    expect(run.phase('f')).toBe('delivering');
    run.delivered('f', 'b', 2);
    expect(run.phase('f')).toBe('running');
  });
});

describe('an outcome that comes late', () => {
  it('of an earlier delivery to the same source is not heard', () => {
    const run = withDevices('a');
    run.accept('f');
    run.deliveryFailed('f', 'a', 1);
    run.pass(SETTINGS.retryMs);
    run.delivered('f', 'a', 1);
    run.deliveryFailed('f', 'a', 1);
    expect(run.phase('f')).toBe('delivering');
    run.delivered('f', 'a', 2);
    expect(run.part('f')).toEqual({ kind: 'queued', attempt: 2, device: 'a' });
  });

  it('of an earlier push to the same device is not heard', () => {
    const run = withDevices('a');
    run.accept('f', { source: 'a', delivered: true });
    run.seen('a', []);
    run.passWith(SETTINGS.missingMs + 500, { a: [] });
    run.pushFailed('f', 0, 2, 'a');
    run.passWith(1_000, { a: [] });
    expect(run.part('f')).toMatchObject({ kind: 'pushing', attempt: 3, device: 'a' });
    run.pushed('f', 0, 2, 'a');
    run.pushFailed('f', 0, 2, 'a');
    expect(run.part('f')).toMatchObject({ kind: 'pushing', attempt: 3, device: 'a' });
  });
});

describe('a source that is lost while it gets the picture', () => {
  it('gives way to another', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a' });
    expect(run.left('a')).toEqual([]);
    expect(run.pass(SETTINGS.retryMs)).toEqual([{ kind: 'deliver', frame: 'f', source: 'b', attempt: 2 }]);
  });

  it('takes its tiles along: the next source has all of them, and none is pushed as well', () => {
    const run = withDevices('a', 'b', 'c');
    run.accept('f', { parts: 2, source: 'a' });
    run.seen('a', [queued('f', 0), queued('f', 1)]);
    expect(run.left('a')).toEqual([]);
    expect(run.pass(SETTINGS.retryMs)).toEqual([{ kind: 'deliver', frame: 'f', source: 'b', attempt: 2 }]);
    run.delivered('f', 'b', 2);
    expect(run.part('f', 0)).toEqual({ kind: 'queued', attempt: 2, device: 'b' });
    expect(run.part('f', 1)).toEqual({ kind: 'queued', attempt: 2, device: 'b' });
  });

  it('fails the frame once, with nothing said of it afterwards, when it was the last attempt', () => {
    const run = new LedgerRun({ attempts: 1 });
    run.seen('a');
    run.seen('b');
    run.accept('f', { parts: 2, source: 'a' });
    run.seen('a', [queued('f', 0), queued('f', 1)]);
    expect(run.left('a')).toEqual([
      { kind: 'fail', frame: 'f', code: 'DT_SOURCE_UNREACHABLE', detail: expect.stringContaining('device a left') },
    ]);
    expect(run.notes()).toEqual([]);
  });

  it("leaves a thief what it has, until the next source has every tile under that delivery's attempt", () => {
    const run = withDevices('a', 'b', 'thief');
    run.accept('f', { parts: 3, source: 'a' });
    run.seen('thief', [waiting('f', 1), waiting('f', 2)]);
    run.left('a');
    expect(run.part('f', 1)).toMatchObject({ kind: 'assigned', attempt: 1, device: 'thief' });
    run.result('f', 1, 'thief');
    run.pass(SETTINGS.retryMs);
    run.delivered('f', 'b', 2);
    expect(run.part('f', 0)).toEqual({ kind: 'queued', attempt: 2, device: 'b' });
    expect(run.part('f', 1)).toEqual({ kind: 'done', attempt: 1, device: 'thief' });
    expect(run.part('f', 2)).toEqual({ kind: 'queued', attempt: 2, device: 'b' });
    run.seen('thief', [running('f', 2)]);
    expect(run.part('f', 2)).toEqual({ kind: 'queued', attempt: 2, device: 'b' });
    run.result('f', 2, 'thief');
    expect(run.verdict).toBe('accepted');
  });
});
