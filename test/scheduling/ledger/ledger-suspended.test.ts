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

describe('a frame of a gang', () => {
  const ALL = { kind: 'gang', plan: 'stages', members: 'all', most: 9 } as const;

  it('is not given to the devices that are not reached while one is', () => {
    const run = withDevices('a', 'b', 'c');
    leaveAlone(run, 'b');
    expect(run.accept('f', { distribution: ALL })[0]).toMatchObject({ kind: 'gang', devices: ['a', 'c'] });
  });

  it('tries devices that are not reached where there are no others, a bounded number of times, and says why it fails', () => {
    const run = withDevices('a', 'b');
    for (const device of ['a', 'b']) leaveAlone(run, device, 120_000);
    const orders = run.accept('f', { distribution: ALL });
    for (let tries = 1; run.phase('f') !== null && tries < 20; tries++) {
      for (const order of orders.splice(0)) {
        if (order.kind !== 'push' || order.attempt !== run.part('f')?.attempt) continue;
        orders.push(...run.pushFailed('f', order.part, order.attempt, order.device));
      }
      orders.push(...run.passWith(1_000, { a: [], b: [] }));
      if (run.endOf('f') !== null) break;
    }
    expect(run.endOf('f')).toBe('fail');
    expect(orders.at(-1)).toMatchObject({
      ...{ kind: 'fail', code: 'DT_TILE_ATTEMPTS', detail: expect.stringContaining('did not take its block') },
    });
  });

  it('that waits while every device is drained fails when its time is over', () => {
    const run = withDevices('a', 'b');
    const drain = (device: string) =>
      run.send({ kind: 'device-seen', device, medianTileMs: null, tasks: [], handedOut: [], draining: true });
    run.accept('begun', { distribution: ALL });
    for (const device of ['a', 'b']) drain(device);
    run.accept('f', { distribution: ALL });
    const orders: unknown[] = [];
    for (let ms = 0; ms <= run.ledger.settings.frameTimeoutMs; ms += 1_000) {
      for (const device of ['a', 'b']) drain(device);
      orders.push(...run.pass(1_000));
    }
    const seconds = run.ledger.settings.frameTimeoutMs / 1_000;
    expect(orders).toEqual([
      {
        ...{ kind: 'fail', frame: 'begun', code: 'DT_FRAME_TIMEOUT' },
        detail: `the frame was not finished within ${seconds} s of being started`,
      },
      { kind: 'fail', frame: 'f', code: 'DT_NO_DEVICE', detail: expect.stringContaining('all were being drained') },
    ]);
  });
});
