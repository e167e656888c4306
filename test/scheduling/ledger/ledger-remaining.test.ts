import { describe, expect, it } from 'vitest';
import { LedgerRun, queued } from '../ledger-run.js';

const finish = (frame: string, device?: string) => ({ kind: 'finish', frame, ...(device && { device }) });

/** A cluster of these devices, in which every frame has one tile, that the first device computes. */
function cluster(...devices: string[]) {
  const run = new LedgerRun({ remaining: 'any', framesPerSource: 8 });
  for (const device of devices) run.seen(device);
  const merge = (frame: string) => {
    run.accept(frame, { source: devices[0]! });
    run.delivered(frame, devices[0]!);
    return run.result(frame, 0, devices[0]!);
  };
  return { run, merge };
}

describe('remaining layers', () => {
  it('are the gateway’s where the settings say no more', () => {
    const run = new LedgerRun();
    run.seen('a');
    run.seen('b');
    for (const frame of ['f', 'g']) {
      run.accept(frame, { source: 'a' });
      run.delivered(frame, 'a');
      expect(run.result(frame, 0, 'a')).toContainEqual(finish(frame));
    }
  });

  it('go to the gateway while it is idle, then to idle devices, then wait', () => {
    const { merge, run } = cluster('a', 'b');
    expect(merge('f')).toContainEqual(finish('f'));
    expect(merge('g')).toContainEqual(finish('g', 'a'));
    expect(merge('h')).toContainEqual(finish('h', 'b'));
    expect(merge('i').filter(({ kind }) => kind === 'finish')).toEqual([]);
    expect(run.phase('i')).toBe('finishing');
    expect(run.ended('g')).toContainEqual(finish('i', 'a'));
  });

  it('wait for the gateway, whatever becomes of the devices', () => {
    const { merge, run } = cluster('a');
    merge('f');
    merge('g');
    merge('h');
    expect(run.left('a')).toEqual([finish('g')]);
    expect(run.ended('f')).toEqual([]);
    expect(run.ended('g')).toEqual([finish('h')]);
  });

  it('are not for a device that has tiles, is drained, in quarantine or not reached', () => {
    const { merge, run } = cluster('a', 'b', 'c', 'd', 'e');
    merge('f');
    run.accept('tiles', { source: 'a' });
    run.delivered('tiles', 'a');
    run.seen('a', [queued('tiles')]);
    run.draining('b');
    run.send({ kind: 'device-quarantined', device: 'c' });
    run.send({ kind: 'device-suspended', device: 'd', untilMs: 1_000 });
    expect(merge('g')).toContainEqual(finish('g', 'e'));
    expect(merge('h').filter(({ kind }) => kind === 'finish')).toEqual([]);
  });

  it('come before new frames: a device that has them is the last to be a source', () => {
    const { merge, run } = cluster('a', 'b');
    merge('f');
    merge('g');
    expect(run.accept('next')).toMatchObject([{ kind: 'deliver', source: 'b' }]);
  });

  it('of a gang’s frame are the gateway’s at once', () => {
    const { merge, run } = cluster('a');
    merge('f');
    run.accept('g', { distribution: { kind: 'gang', plan: 'stages', members: 1, most: 1 } });
    expect(run.result('g', 0, 'a')).toContainEqual(finish('g'));
  });
});

describe('remaining layers on a device', () => {
  it('are the gateway’s when the device is lost', () => {
    const { merge, run } = cluster('a', 'b');
    merge('f');
    merge('g');
    expect(run.passWith(6_000, { b: [] })).toContainEqual(finish('g'));
    run.ended('g');
    expect(run.ledger.frames.has('g')).toBe(false);
  });

  it('are the gateway’s when the device did not compute them, and it is not asked again for a while', () => {
    const { merge, run } = cluster('a', 'b');
    merge('f');
    merge('g');
    const returned = { kind: 'remaining-returned', frame: 'g', generation: 1, device: 'a', failed: true } as const;
    expect(run.send(returned)).toEqual([finish('g')]);
    expect(run.send(returned), 'said twice').toEqual([]);
    expect(merge('h')).toContainEqual(finish('h', 'b'));
    run.ended('h');
    expect(merge('i')).toContainEqual(finish('i', 'b'));
    run.ended('i');
    run.passWith(60_001, { a: [], b: [] });
    expect(merge('j')).toContainEqual(finish('j', 'a'));
  });

  it('are the gateway’s when they are checked, and the device is asked again', () => {
    const { merge, run } = cluster('a');
    merge('f');
    merge('g');
    run.send({ kind: 'remaining-returned', frame: 'g', generation: 1, device: 'a', failed: false });
    expect(merge('h')).toContainEqual(finish('h', 'a'));
  });

  it('go on while the device is drained', () => {
    const { merge, run } = cluster('a', 'b');
    merge('f');
    merge('g');
    expect(run.draining('a')).toEqual([]);
    expect(run.ended('g')).toEqual([]);
  });

  it('are void when the frame begins again, and what the device says of them too', () => {
    const { merge, run } = cluster('a', 'b');
    merge('f');
    merge('g');
    const finding = { kind: 'wrong' as const, devices: [{ device: 'a', detail: 'wrong' }] };
    const orders = run.send({ kind: 'audit-judged', frame: 'f', part: 0, attempt: 0, finding });
    expect(orders.filter(({ kind }) => kind === 'rerun')).toHaveLength(2);
    const late = { kind: 'remaining-returned', frame: 'g', generation: 1, device: 'a', failed: true } as const;
    expect(run.send(late)).toEqual([]);
    expect(run.phase('g')).not.toBe('finishing');
  });
});
