import { describe, expect, it } from 'vitest';
import { gaveTo, LedgerRun, queued, running, SETTINGS } from '../ledger-run.js';

describe("a frame's way through the ledger", () => {
  it('is accepted, delivered, computed, finished and ended', () => {
    const run = new LedgerRun();
    run.seen('a');
    expect(run.accept('f', { parts: 2 })).toEqual([{ kind: 'deliver', frame: 'f', source: 'a', attempt: 1 }]);
    expect(run.phase('f')).toBe('delivering');
    expect(run.delivered('f', 'a')).toEqual([]);
    expect(run.phase('f')).toBe('running');
    expect(run.notes()).toEqual(['queued 0#1 a', 'queued 1#1 a']);

    run.seen('a', [running('f', 0), queued('f', 1)]);
    expect(run.part('f', 0)).toMatchObject({ kind: 'running', device: 'a', attempt: 1 });
    expect(run.result('f', 0, 'a')).toEqual([]);
    expect(run.verdict).toBe('accepted');
    expect(run.result('f', 1, 'a')).toEqual([{ kind: 'finish', frame: 'f' }]);
    expect(run.phase('f')).toBe('finishing');

    expect(run.ended('f')).toEqual([]);
    expect(run.ledger.frames.size).toBe(0);
  });

  it('leads by way of a source that has the picture already', () => {
    const run = new LedgerRun();
    run.seen('camera');
    expect(run.accept('f', { parts: 2, source: 'camera', delivered: true })).toEqual([]);
    expect(run.phase('f')).toBe('running');
    expect(run.part('f', 1)).toEqual({ kind: 'queued', attempt: 1, device: 'camera' });
    expect(run.notes()).toEqual(['queued 0#1 camera', 'queued 1#1 camera']);
  });

  it('leaves nothing behind when somebody deletes the frame', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.accept('f', { parts: 2 });
    run.delivered('f', 'a');
    expect(run.ended('f')).toEqual([]);
    expect(run.ledger.frames.size).toBe(0);
    expect(run.seen('a', [queued('f')])).toEqual([]);
    expect(run.pass(SETTINGS.frameTimeoutMs)).toEqual([{ kind: 'device-lost', device: 'a' }]);
  });

  it('notes every part of every frame apart', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.accept('f', { parts: 2 });
    run.accept('g', { parts: 2 });
    run.delivered('f', 'a');
    run.delivered('g', 'a');
    run.result('f', 0, 'a');
    expect(run.part('f', 0).kind).toBe('done');
    expect(run.part('f', 1).kind).toBe('queued');
    expect(run.part('g', 0).kind).toBe('queued');
  });
});

describe('results', () => {
  function runningFrame(parts = 1) {
    const run = new LedgerRun();
    run.seen('a');
    run.seen('b');
    run.accept('f', { parts, source: 'a' });
    run.delivered('f', 'a');
    return run;
  }

  it('count once', () => {
    const run = runningFrame(2);
    run.result('f', 0, 'a');
    expect(run.result('f', 0, 'b')).toEqual([]);
    expect(run.verdict).toBe('duplicate');
    expect(run.part('f', 0)).toEqual({ kind: 'done', attempt: 1, device: 'a' });
  });

  it('are duplicates while the gateway finishes the frame, and stale once it has ended', () => {
    const run = runningFrame();
    run.result('f', 0, 'a');
    run.result('f', 0, 'a');
    expect(run.verdict).toBe('duplicate');
    run.ended('f');
    run.result('f', 0, 'a');
    expect(run.verdict).toBe('stale');
  });

  it.each([
    ['an unknown frame', 'g', 0],
    ['a part that the frame does not have', 'f', 1],
  ])('are stale for %s', (_what, frame, part) => {
    const run = runningFrame();
    expect(run.result(frame, part, 'a')).toEqual([]);
    expect(run.verdict).toBe('stale');
    expect(run.phase('f')).toBe('running');
  });

  it('of an old attempt count, and the new attempt is a duplicate then', () => {
    const run = runningFrame();
    run.left('a');
    expect(run.part('f')).toMatchObject({ kind: 'pushing', attempt: 2, device: 'b' });
    run.pushed('f', 0, 2, 'b');
    expect(run.result('f', 0, 'a', 1)).toEqual([{ kind: 'finish', frame: 'f' }]);
    expect(run.verdict).toBe('accepted');
    run.result('f', 0, 'b', 2);
    expect(run.verdict).toBe('duplicate');
  });

  it('may come before the word that the picture arrived', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.accept('f');
    expect(run.result('f', 0, 'a')).toEqual([{ kind: 'finish', frame: 'f' }]);
    expect(run.delivered('f', 'a')).toEqual([]);
    expect(run.phase('f')).toBe('finishing');
    expect(run.deliveryFailed('f', 'a')).toEqual([]);
    expect(run.phase('f')).toBe('finishing');
  });

  it('are not undone by what a heartbeat says of the part', () => {
    const run = runningFrame(2);
    run.result('f', 0, 'b');
    run.seen('a', [running('f', 0), queued('f', 1)], { handedOut: [gaveTo('b', 'f', 0)] });
    expect(run.part('f', 0)).toEqual({ kind: 'done', attempt: 1, device: 'b' });
  });
});

describe('time limits of a frame', () => {
  it('fail one that is not finished in time, whatever its devices say', () => {
    const run = new LedgerRun({ leaseFloorMs: 1e9 });
    run.seen('a');
    run.accept('f');
    run.delivered('f', 'a');
    expect(run.passWith(SETTINGS.frameTimeoutMs, { a: [running('f')] })).toEqual([]);
    expect(run.pass(1)).toEqual([
      { kind: 'fail', frame: 'f', code: 'DT_FRAME_TIMEOUT', detail: expect.stringContaining('60 s') },
    ]);
    expect(run.ledger.frames.size).toBe(0);
    run.result('f', 0, 'a');
    expect(run.verdict).toBe('stale');
  });

  it('do not count the time that a frame waits for its source', () => {
    const run = new LedgerRun({ framesPerSource: 1 });
    run.seen('a');
    for (const frame of ['f', 'g', 'h']) run.accept(frame);
    run.delivered('f', 'a');
    run.passWith(SETTINGS.frameTimeoutMs - 1_000, { a: [queued('f')] });
    run.result('f', 0, 'a');
    expect(run.phase('g')).toBe('delivering');
    run.delivered('g', 'a');
    run.passWith(SETTINGS.frameTimeoutMs - 1_000, { a: [queued('g')] });
    expect(run.phase('h')).toBe('waiting');
    expect(run.open()).toEqual(['g', 'h']);
  });

  it('do not fail a frame whose parts are all there: the gateway ends it', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.accept('f');
    run.delivered('f', 'a');
    run.result('f', 0, 'a');
    expect(run.passWith(SETTINGS.frameTimeoutMs * 2, { a: [] })).toEqual([]);
    expect(run.phase('f')).toBe('finishing');
  });

  it('fail a frame for which no device has been live', () => {
    const run = new LedgerRun();
    expect(run.accept('f')).toEqual([]);
    expect(run.pass(SETTINGS.frameTimeoutMs)).toEqual([]);
    expect(run.pass(1)).toEqual([
      {
        kind: 'fail',
        frame: 'f',
        code: 'DT_NO_DEVICE',
        detail: expect.stringContaining('no device took work for 60 s'),
      },
    ]);
  });

  it('wait for the first device as long as for its return', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.pass(1_000);
    run.left('a');
    run.accept('f');
    expect(run.pass(SETTINGS.frameTimeoutMs)).toEqual([]);
    expect(run.seen('b')).toEqual([{ kind: 'deliver', frame: 'f', source: 'b', attempt: 1 }]);
  });

  it('fail a frame when the last device has been gone for long', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.left('a');
    run.accept('f');
    expect(run.pass(SETTINGS.frameTimeoutMs)).toEqual([]);
    expect(run.pass(1)).toMatchObject([{ kind: 'fail', code: 'DT_NO_DEVICE' }]);
  });

  it('count from the first delivery, however often it is repeated', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.accept('f');
    run.deliveryFailed('f', 'a');
    run.passWith(1_000, { a: [] });
    run.delivered('f', 'a', 2);
    run.passWith(SETTINGS.frameTimeoutMs - 1_000, { a: [queued('f', 0, 2)] });
    expect(run.pass(1)).toMatchObject([{ kind: 'fail', code: 'DT_FRAME_TIMEOUT' }]);
  });

  it('hold for a frame that its source brought itself', () => {
    const run = new LedgerRun();
    run.seen('camera');
    run.accept('f', { source: 'camera', delivered: true });
    run.passWith(SETTINGS.frameTimeoutMs, { camera: [queued('f')] });
    expect(run.pass(1)).toMatchObject([{ kind: 'fail', code: 'DT_FRAME_TIMEOUT' }]);
  });

  it('hold for a frame that was started and then lost every device', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.accept('f');
    run.delivered('f', 'a');
    run.left('a');
    expect(run.part('f')).toEqual({ kind: 'unplaced', attempt: 2 });
    expect(run.pass(SETTINGS.frameTimeoutMs)).toEqual([]);
    expect(run.pass(1)).toMatchObject([{ kind: 'fail', code: 'DT_FRAME_TIMEOUT' }]);
  });
});
