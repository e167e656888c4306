import { describe, expect, it } from 'vitest';
import type { QueuePolicy } from '../../../server/scheduling/policy/waiting-order.js';
import { type LedgerOrder, LedgerRun, queued, withDevices } from '../ledger-run.js';

const WHOLE = { kind: 'gang', plan: 'stages', members: 1, most: 1 } as const;

const latest = (origin: string) => ({ distribution: WHOLE, origin, queue: 'latest' as const });

/** The frames that are dropped, each with the newer one. */
function dropped(orders: readonly LedgerOrder[]): string[] {
  return orders.flatMap((order) => (order.kind === 'drop' ? [`${order.frame} for ${order.newer}`] : []));
}

describe('of a camera that wants its newest frame only', () => {
  it('an older frame that has not begun is dropped when a newer one is accepted', () => {
    const run = withDevices('a');
    run.accept('busy', { distribution: WHOLE });
    expect(dropped(run.accept('d1', latest('door')))).toEqual([]);
    expect(dropped(run.accept('y1', latest('yard')))).toEqual([]);
    expect(dropped(run.accept('d2', latest('door')))).toEqual(['d1 for d2']);
    expect([...run.ledger.frames.keys()]).toEqual(['busy', 'y1', 'd2']);
  });

  it('a frame that has begun is not dropped, nor one that waits again', () => {
    const run = withDevices('a');
    run.accept('d1', latest('door'));
    expect(dropped(run.accept('d2', latest('door')))).toEqual([]);
    run.pushFailed('d1', 0, 1, 'a');
    expect(run.phase('d1')).toBe('waiting');
    expect(dropped(run.accept('d3', latest('door')))).toEqual([]);
    expect(dropped(run.accept('d4', latest('door')))).toEqual(['d3 for d4']);
  });

  it('a frame that is to be kept is not dropped, and drops the older ones that are not', () => {
    const run = withDevices('a');
    run.accept('busy', { distribution: WHOLE });
    run.accept('d1', { ...latest('door'), queue: 'all' });
    run.accept('d2', latest('door'));
    expect(dropped(run.accept('d3', { ...latest('door'), queue: 'all' }))).toEqual(['d2 for d3']);
    expect(dropped(run.accept('d4', latest('door')))).toEqual([]);
  });

  it('the newer frame has the turn of the one that it replaces', () => {
    const run = withDevices('a');
    run.accept('busy', { distribution: WHOLE });
    run.accept('d1', latest('door'));
    run.accept('y1', latest('yard'));
    run.accept('d2', latest('door'));
    const [first] = run.ended('busy');
    expect(first).toMatchObject({ kind: 'gang', frame: 'd2' });
  });

  it('a frame of an earlier life is dropped once devices have had the time to say that they have it', () => {
    const restored = { kind: 'frame-restored', parts: 1, source: 'a', life: 1, origin: 'camera door' } as const;
    const run = new LedgerRun({ framesPerSource: 1 });
    run.accept('busy', { source: 'a' });
    for (const frame of ['d1', 'd2', 'd3']) {
      run.send({ ...restored, frame, distribution: { kind: 'stealing' }, queue: 'latest' });
    }
    run.seen('a', [queued('d3')]);
    const newer = { origin: 'camera door', queue: 'latest' as const, source: 'a' };
    expect(dropped(run.accept('d4', newer))).toEqual([]);
    run.pass(900);
    run.seen('a', [queued('d3')]);
    expect(run.phase('d3')).toBe('running');
    expect(dropped(run.accept('d5', newer))).toEqual(['d1 for d5', 'd2 for d5', 'd4 for d5']);
  });
});

/** Cameras that are faster than the cluster: the greatest age of a camera's newest result, ms, after the first few seconds. */
function oldestResultMs(queue: QueuePolicy, endMs: number): { readonly ageMs: number; readonly droppedFrames: number } {
  const [computeMs, everyMs] = [500, 100];
  const cameras = Array.from({ length: 6 }, (_, i) => `camera ${i}`);
  const run = withDevices('a', 'b');
  const takenMs = new Map<string, number>();
  const resultOf = new Map<string, number>();
  const computing = new Map<string, { readonly device: string; readonly untilMs: number }>();
  let droppedFrames = 0;
  let ageMs = 0;
  const carryOut = (orders: readonly LedgerOrder[]) => {
    droppedFrames += dropped(orders).length;
    for (const order of orders) {
      if (order.kind === 'push') computing.set(order.frame, { device: order.device, untilMs: run.nowMs + computeMs });
    }
  };
  for (; run.nowMs < endMs; run.nowMs += everyMs) {
    for (const [frame, { device, untilMs }] of [...computing]) {
      if (untilMs > run.nowMs) continue;
      computing.delete(frame);
      carryOut(run.result(frame, 0, device));
      carryOut(run.ended(frame));
      resultOf.set(frame.split('#')[0]!, takenMs.get(frame)!);
    }
    for (const device of ['a', 'b']) carryOut(run.seen(device));
    for (const origin of cameras) {
      const frame = `${origin}#${run.nowMs}`;
      takenMs.set(frame, run.nowMs);
      carryOut(run.accept(frame, { distribution: WHOLE, origin, queue }));
      if (run.nowMs > 3_000) ageMs = Math.max(ageMs, run.nowMs - (resultOf.get(origin) ?? 0));
    }
  }
  return { ageMs, droppedFrames };
}

describe('six cameras that send 60 frames a second to devices that compute four', () => {
  it('have results that are at most two rounds of turns old, as the newest frames count', () => {
    const { ageMs, droppedFrames } = oldestResultMs('latest', 20_000);
    // A round takes 1.5 s: a frame is taken, computed within 0.5 s, and shown until the camera's next turn has ended.
    expect(ageMs).toBeLessThanOrEqual(2_500);
    expect(droppedFrames).toBeGreaterThan(1_000);
  });

  it('fall behind for as long as they send where every frame is kept', () => {
    const { ageMs, droppedFrames } = oldestResultMs('all', 6_000);
    expect(ageMs).toBeGreaterThan(4_500);
    expect(droppedFrames).toBe(0);
  });
});
