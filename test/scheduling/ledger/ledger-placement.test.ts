import { describe, expect, it } from 'vitest';
import { gaveTo, LedgerRun, queued, SETTINGS, withDevices } from '../ledger-run.js';

/** Who the frames of one accepted frame each were given to. */
function sourcesOf(run: LedgerRun, frames: readonly string[], parts = 1): string[] {
  return frames.flatMap((frame) =>
    run.accept(frame, { parts }).map((order) => (order.kind === 'deliver' ? order.source : order.kind)),
  );
}

describe('the source of a frame', () => {
  it('is the one that the request names', () => {
    const run = withDevices('a', 'b', 'c');
    expect(run.accept('f', { source: 'c' })).toMatchObject([{ kind: 'deliver', source: 'c' }]);
  });

  it('goes round robin among devices with equally much pending', () => {
    const run = withDevices('a', 'b', 'c');
    expect(sourcesOf(run, ['f', 'g', 'h', 'i', 'j', 'k'])).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('goes on behind the last one, also when every frame has ended in between', () => {
    const run = withDevices('a', 'b', 'c');
    const sources = ['f', 'g', 'h', 'i'].flatMap((frame) => {
      const chosen = sourcesOf(run, [frame]);
      run.ended(frame);
      return chosen;
    });
    expect(sources).toEqual(['a', 'b', 'c', 'a']);
  });

  it('is the device with the least pending, stolen and pushed parts counted where they are', () => {
    const run = withDevices('a', 'b', 'c');
    run.accept('f', { parts: 4, source: 'a' });
    run.delivered('f', 'a');
    run.accept('g', { parts: 3, source: 'b' });
    run.delivered('g', 'b');
    run.seen('c', [queued('f', 0), queued('f', 1)]);
    run.result('g', 0, 'b');
    run.result('g', 1, 'b');
    // a has 2, b 1, c 2.
    expect(sourcesOf(run, ['h'])).toEqual(['b']);
  });

  it('has what still waits for it counted as pending', () => {
    const run = withDevices('a', 'b');
    for (const frame of ['f', 'g', 'h']) run.accept(frame, { parts: 2, source: 'a' });
    run.accept('i', { parts: 5, source: 'b' });
    expect(run.phase('h')).toBe('waiting');
    expect(sourcesOf(run, ['j'])).toEqual(['b']);
  });

  it('is another one when the named one is not live', () => {
    const run = withDevices('a');
    expect(run.accept('f', { source: 'gone' })).toMatchObject([{ kind: 'deliver', source: 'a' }]);
  });

  it('is chosen when the first device comes', () => {
    const run = withDevices();
    expect(run.accept('f')).toEqual([]);
    expect(run.phase('f')).toBe('waiting');
    expect(run.seen('a')).toMatchObject([{ kind: 'deliver', source: 'a' }]);
  });

  it('that announced the frame itself but is not live is given the time to show what it holds', () => {
    const run = withDevices('a');
    run.accept('f', { source: 'camera', delivered: true });
    expect(run.part('f')).toMatchObject({ kind: 'missing', device: 'camera', attempt: 1 });
    run.seen('camera', [queued('f')]);
    expect(run.part('f')).toEqual({ kind: 'queued', device: 'camera', attempt: 1 });
  });

  it('that announced the frame itself and is never seen loses it to another', () => {
    const run = withDevices('a');
    run.accept('f', { source: 'camera', delivered: true });
    expect(run.passWith(SETTINGS.missingMs + 500, { a: [] })).toEqual([
      { kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'a' },
    ]);
  });
});

describe('framesPerSource', () => {
  it('keeps frames waiting, and starts them in the order in which they were accepted', () => {
    const run = withDevices('a');
    expect(sourcesOf(run, ['f', 'g', 'h', 'i'])).toEqual(['a', 'a']);
    run.delivered('f', 'a');
    expect(run.result('f', 0, 'a')).toEqual([
      { kind: 'finish', frame: 'f' },
      { kind: 'deliver', frame: 'h', source: 'a', attempt: 1 },
    ]);
    expect(run.ended('g')).toMatchObject([{ kind: 'deliver', frame: 'i' }]);
  });

  it('holds one source back and not another', () => {
    const run = withDevices('a', 'b');
    for (const frame of ['f', 'g', 'h']) run.accept(frame, { source: 'a' });
    expect(run.accept('i', { source: 'b' })).toMatchObject([{ kind: 'deliver', source: 'b' }]);
    expect(run.phase('h')).toBe('waiting');
  });

  it('counts frames that the source brought itself, without holding those back', () => {
    const run = withDevices('a');
    for (const frame of ['f', 'g', 'h']) run.accept(frame, { source: 'a', delivered: true });
    expect(run.phase('h')).toBe('running');
    run.accept('i', { source: 'a' });
    expect(run.phase('i')).toBe('waiting');
  });
});

describe('a push', () => {
  function lostTile(...devices: string[]): LedgerRun {
    const run = withDevices('source', ...devices);
    run.accept('f', { source: 'source' });
    run.delivered('f', 'source');
    return run;
  }

  it('goes to another device than the one that had the tile, though that one has less to do', () => {
    const run = withDevices('a', 'busy');
    for (const frame of ['g', 'h']) {
      run.accept(frame, { source: 'busy', parts: 3 });
      run.delivered(frame, 'busy');
    }
    run.accept('f', { source: 'a' });
    run.delivered('f', 'a');
    run.seen(
      'busy',
      ['g', 'h'].flatMap((frame) => [0, 1, 2].map((tile) => queued(frame, tile))),
    );
    run.seen('a', []);
    expect(run.pass(SETTINGS.missingMs + 1)).toMatchObject([{ kind: 'push', device: 'busy' }]);
  });

  it('goes to the live device with the least to do', () => {
    const run = withDevices('a', 'b', 'c', 'd');
    run.accept('f', { parts: 2, source: 'b' });
    run.delivered('f', 'b');
    run.accept('g', { parts: 1, source: 'a' });
    run.delivered('g', 'a');
    expect(run.left('b')).toEqual([
      { kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'c' },
      { kind: 'push', frame: 'f', part: 1, attempt: 2, device: 'd' },
    ]);
    expect(run.notes()).toEqual(['lost 0#1 b', 'lost 1#1 b', 'pushed 0#2 c', 'pushed 1#2 d']);
  });

  it('that fails goes to another device after a pause', () => {
    const run = lostTile('a', 'b');
    expect(run.left('source')).toMatchObject([{ kind: 'push', attempt: 2, device: 'a' }]);
    expect(run.pushFailed('f', 0, 2, 'a')).toEqual([]);
    expect(run.pass(2 * SETTINGS.retryMs)).toEqual([]);
    expect(run.pass(1)).toEqual([{ kind: 'push', frame: 'f', part: 0, attempt: 3, device: 'b' }]);
  });

  it('that fails at the only device is tried again after a pause that doubles', () => {
    const run = new LedgerRun({ attempts: 4 });
    run.seen('a');
    run.accept('f', { source: 'a', delivered: true });
    run.left('a');
    run.seen('b');
    expect(run.send({ kind: 'tick' })).toMatchObject([{ kind: 'push', attempt: 2, device: 'b' }]);
    expect(run.pushFailed('f', 0, 2, 'b')).toEqual([]);
    expect(run.pass(2 * SETTINGS.retryMs)).toEqual([]);
    expect(run.pass(1)).toMatchObject([{ kind: 'push', attempt: 3, device: 'b' }]);
    expect(run.pushFailed('f', 0, 3, 'b')).toEqual([]);
    expect(run.pass(4 * SETTINGS.retryMs)).toEqual([]);
    expect(run.pass(1)).toMatchObject([{ kind: 'push', attempt: 4, device: 'b' }]);
  });

  it('whose answer was lost is known by the heartbeat of its device', () => {
    const run = lostTile('b');
    run.left('source');
    run.pushFailed('f', 0, 2, 'b');
    run.seen('b', [queued('f', 0, 2)]);
    expect(run.part('f')).toEqual({ kind: 'queued', attempt: 2, device: 'b' });
    expect(run.passWith(SETTINGS.missingMs * 2, { b: [queued('f', 0, 2)] })).toEqual([]);
  });

  it('to a device that is lost on the way goes to the next, and its own outcome is not heard', () => {
    const run = lostTile('a', 'b');
    run.left('source');
    expect(run.left('a')).toEqual([{ kind: 'push', frame: 'f', part: 0, attempt: 3, device: 'b' }]);
    expect(run.pushed('f', 0, 2, 'a')).toEqual([]);
    expect(run.pushFailed('f', 0, 2, 'a')).toEqual([]);
    expect(run.part('f')).toMatchObject({ kind: 'pushing', attempt: 3, device: 'b' });
  });

  it('waits for a device when none is live', () => {
    const run = lostTile();
    run.left('source');
    expect(run.part('f')).toEqual({ kind: 'unplaced', attempt: 2 });
    run.seen('late');
    expect(run.pass(0)).toEqual([{ kind: 'push', frame: 'f', part: 0, attempt: 2, device: 'late' }]);
  });

  it('is not begun for a frame that fails in the same moment', () => {
    const run = new LedgerRun({ attempts: 2 });
    for (const device of ['a', 'b']) run.seen(device);
    run.accept('f', { parts: 2, source: 'a' });
    run.delivered('f', 'a');
    run.seen('a', [queued('f', 0)], { handedOut: [gaveTo('b', 'f', 1)] });
    run.left('b');
    run.pushed('f', 1, 2, 'a');
    run.seen('c');
    expect(run.left('a')).toEqual([
      { kind: 'fail', frame: 'f', code: 'DT_TILE_ATTEMPTS', detail: expect.stringContaining('tile 1') },
    ]);
  });

  it('is not begun for a frame whose time is over in the same moment', () => {
    const run = withDevices('a', 'b');
    run.accept('f', { source: 'a' });
    run.delivered('f', 'a');
    run.passWith(SETTINGS.frameTimeoutMs, { a: [queued('f')], b: [] });
    run.seen('b');
    run.nowMs += SETTINGS.lostAfterMs;
    run.seen('b');
    expect(run.pass(1)).toEqual([
      { kind: 'device-lost', device: 'a' },
      { kind: 'fail', frame: 'f', code: 'DT_FRAME_TIMEOUT', detail: expect.any(String) },
    ]);
    expect(run.notes()).toEqual(['lost 0#1 a']);
  });
});
