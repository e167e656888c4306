import { describe, expect, it } from 'vitest';
import { type LedgerOrder, LedgerRun, withDevices } from '../ledger-run.js';

const WHOLE = { kind: 'gang', plan: 'stages', members: 1, most: 1 } as const;

/** The frames that begin, in their order. */
function begun(orders: readonly LedgerOrder[]): string[] {
  return orders.flatMap((order) => (order.kind === 'gang' || order.kind === 'deliver' ? [order.frame] : []));
}

/** Ends whole frames, and with each begins another one. */
function inTurn(run: LedgerRun, first: string): string[] {
  const order = [first];
  for (const frame of order) order.push(...begun(run.ended(frame)));
  return order;
}

describe('frames that wait', () => {
  it('begin by turns of those who sent them, where one device computes a frame at a time', () => {
    const run = withDevices('a');
    for (const frame of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) {
      run.accept(frame, { distribution: WHOLE, origin: frame[0]! });
    }
    expect(inTurn(run, 'a1')).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'c2']);
  });

  it('begin by turns on a source that has room for one', () => {
    const run = new LedgerRun({ framesPerSource: 1 });
    run.seen('a');
    for (const frame of ['a1', 'a2', 'a3', 'b1']) run.accept(frame, { source: 'a', origin: frame[0]! });
    expect(inTurn(run, 'a1')).toEqual(['a1', 'a2', 'b1', 'a3']);
  });

  it('begin in the order of acceptance where nothing is known of who sent them', () => {
    const run = withDevices('a');
    for (const frame of ['f', 'g', 'h']) run.accept(frame, { distribution: WHOLE });
    expect(inTurn(run, 'f')).toEqual(['f', 'g', 'h']);
  });

  it('wait again when they have begun, and go first', () => {
    const run = withDevices('a');
    for (const frame of ['a1', 'a2', 'b1']) run.accept(frame, { distribution: WHOLE, origin: frame[0]! });
    run.pushFailed('a1', 0, 1, 'a');
    // The pause after a failure is not over: others go on.
    expect(run.phase('a2')).toBe('running');
    run.nowMs += 1_000;
    expect(begun(run.ended('a2'))).toEqual(['a1']);
  });

  it('are computed by the gateway in the same turns', () => {
    const run = new LedgerRun({ gatewayComputes: { aloneAfterMs: 0, whenIdle: false } });
    for (const frame of ['a1', 'a2', 'a3', 'b1']) run.accept(frame, { origin: frame[0]! });
    const next = (frame: string) => run.ended(frame).map((order) => 'frame' in order && order.frame);
    expect([next('a1'), next('a2'), next('b1')]).toEqual([['a2'], ['b1'], ['a3']]);
  });
});
