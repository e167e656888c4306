import { beforeEach, describe, expect, it } from 'vitest';
import { type StealEffect, Stealing } from '../../../server/scheduling/device/stealing.js';

const VICTIM = { device: 'e1', address: 'http://e1' };

let board: { pending: number; stolen: number; isIdle: boolean };
let suspendedUntilMs: number | null;
let effects: StealEffect[];
beforeEach(() => {
  board = { pending: 0, stolen: 0, isIdle: true };
  suspendedUntilMs = null;
  effects = [];
});

function stealing(waitMs = 20_000, prefetch = 1): Stealing {
  const retryMs = (failures: number) => 100 * failures;
  const parts = { board, waitMs, prefetch, pollMs: 50, firstSequence: 7, retryMs };
  return new Stealing({ ...parts, suspendedUntilMs: () => suspendedUntilMs }, (effect) => effects.push(effect));
}

const last = () => effects.at(-1);

describe('stealing', () => {
  it('asks once at a time, for a victim and then the victim, by one number', () => {
    const thief = stealing();
    thief.look(0);
    thief.look(1);
    expect(effects).toEqual([{ kind: 'ask-victim', question: { sequence: 8, waitMs: 20_000, avoid: [] } }]);
    thief.victimNamed(VICTIM, 2);
    expect(last()).toEqual({ kind: 'ask-task', victim: VICTIM, sequence: 8 });
    Object.assign(board, { stolen: 1, isIdle: false });
    thief.taskCame(true, 3);
    expect([effects.length, thief.isAsking]).toEqual([2, false]);
    board.stolen = 0;
    thief.look(4);
    expect(last()).toMatchObject({ kind: 'ask-victim', question: { sequence: 9 } });
  });

  it('hangs up when it has own work, and asks no more', () => {
    const thief = stealing();
    thief.look(0);
    Object.assign(board, { pending: 1, isIdle: false });
    thief.look(1);
    expect(last()).toEqual({ kind: 'hang-up' });
    thief.victimNamed(null, 2);
    expect([effects.length, thief.isAsking]).toEqual([2, false]);
  });

  it('steals nothing while the device has other work', () => {
    const thief = stealing();
    thief.look(0);
    thief.hold();
    expect(last()).toEqual({ kind: 'hang-up' });
    thief.victimNamed(VICTIM, 1);
    thief.look(2);
    expect([effects.length, thief.isAsking]).toEqual([2, false]);
    thief.release(3);
    expect(last()).toMatchObject({ kind: 'ask-victim', question: { sequence: 9 } });
  });

  it('waits longer with each failure in a row, and by the poll when the gateway holds no question', () => {
    const thief = stealing(0);
    thief.look(0);
    for (const ms of [100, 200]) {
      thief.failed();
      expect(last()).toEqual({ kind: 'steal-later', ms });
      thief.due(1);
    }
    thief.victimNamed(VICTIM, 2);
    thief.taskCame(false, 3);
    expect(last()).toEqual({ kind: 'steal-later', ms: 50 });
    thief.due(4);
    thief.failed();
    expect(last(), 'not in a row').toEqual({ kind: 'steal-later', ms: 100 });
  });

  it('avoids a suspended victim, and is held no longer than that', () => {
    const thief = stealing();
    thief.look(0);
    thief.victimNamed(VICTIM, 0);
    suspendedUntilMs = 900.5;
    thief.taskCame(false, 200);
    expect(last()).toMatchObject({ question: { avoid: ['e1'], waitMs: 701 } });
  });

  it('pauses: a victim that is named then is not asked', () => {
    const thief = stealing();
    thief.look(0);
    thief.pause();
    expect(last()).toEqual({ kind: 'hang-up' });
    thief.victimNamed(VICTIM, 1);
    expect([effects.length, thief.isAsking]).toEqual([2, false]);
    thief.resume(2);
    expect(last()).toMatchObject({ kind: 'ask-victim' });
  });
});
