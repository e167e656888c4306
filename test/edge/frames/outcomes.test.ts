import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Schemas } from '../../../client/client.js';
import { Outcomes } from '../../../server/edge/frames/outcomes.js';
import { OwnFrames } from '../../../server/edge/frames/own-frames.js';
import { FrameScopes } from '../../../server/node/frame-scopes.js';

const ENDED_AT = '2026-11-23T09:30:00.000Z';

function complete(frame: string): Schemas['FrameOutcome'] {
  return { frame, state: 'complete', endedAt: ENDED_AT, detections: [], classification: null, failure: null };
}

function failed(frame: string): Schemas['FrameOutcome'] {
  return { ...complete(frame), state: 'failed', detections: null, failure: { code: 'DT_X', detail: 'broke' } };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the outcomes of a device’s frames', () => {
  it('are kept newest first, as many as are bounded, and all counted', () => {
    const outcomes = new Outcomes();
    for (let i = 0; i < 130; i++) outcomes.note(i % 10 === 0 ? failed(`f-${i}`) : complete(`f-${i}`));
    expect(outcomes.latest).toHaveLength(100);
    expect(outcomes.latest[0]!.frame).toBe('f-129');
    expect(outcomes.counts).toEqual({ complete: 117, failed: 13, dropped: 0 });
    expect([outcomes.has('f-30'), outcomes.has('f-29')]).toEqual([true, false]);
  });

  it('count once, however often the gateway says it', () => {
    const outcomes = new Outcomes();
    outcomes.note(complete('f'));
    outcomes.note(complete('f'));
    outcomes.note(failed('f'));
    expect([outcomes.counts.complete, outcomes.counts.failed, outcomes.latest.length]).toEqual([1, 0, 1]);
  });

  it('wake all who wait for that frame, and nobody else', async () => {
    const outcomes = new Outcomes();
    const ended: string[] = [];
    const waiting = ['f', 'f', 'g'].map((frame) => outcomes.wait(frame, 1_000).then(() => ended.push(frame)));
    outcomes.note(complete('f'));
    await Promise.all(waiting.slice(0, 2));
    expect(ended).toEqual(['f', 'f']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended).toEqual(['f', 'f', 'g']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that are known already keep nobody waiting', async () => {
    const outcomes = new Outcomes();
    outcomes.note(complete('f'));
    await outcomes.wait('f', 1_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that are still to come of frames that have ended keep nobody waiting either, and are counted when they come', async () => {
    const outcomes = new Outcomes();
    const waiting = outcomes.wait('f', 1_000);
    outcomes.ended('f');
    await waiting;
    await outcomes.wait('f', 1_000);
    expect([outcomes.has('f'), outcomes.expects('f'), vi.getTimerCount()]).toEqual([false, true, 0]);
    outcomes.note(complete('f'));
    expect([outcomes.has('f'), outcomes.expects('f'), outcomes.counts.complete]).toEqual([true, false, 1]);
    outcomes.ended('f');
    expect(outcomes.expects('f')).toBe(false);
  });

  it('are expected of so many frames as are kept', () => {
    const outcomes = new Outcomes();
    for (let i = 0; i < 101; i++) outcomes.ended(`f-${i}`);
    expect([outcomes.expects('f-0'), outcomes.expects('f-1'), outcomes.expects('f-100')]).toEqual([false, true, true]);
  });

  it('that come after somebody gave up still reach who waits longer', async () => {
    const outcomes = new Outcomes();
    const short = outcomes.wait('f', 10);
    let heard = false;
    const long = outcomes.wait('f', 1_000).then(() => {
      heard = true;
    });
    await vi.advanceTimersByTimeAsync(10);
    await short;
    expect(heard).toBe(false);
    outcomes.note(complete('f'));
    await long;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the frames that a device sources', () => {
  const frame = (name: string, openedMs: number) => ({
    frame: name,
    generation: 1,
    attempt: 1,
    data: new Uint8Array(3),
    transmitted: { x0: 0, x1: 1, y0: 0, y1: 1 },
    digest: 'ab',
    openedMs,
  });

  it('are as many as it may have; one more is told to come back', () => {
    const scopes = new FrameScopes();
    const own = new OwnFrames(2, 1_000, scopes);
    own.requireRoom(0);
    own.open(frame('f', 0));
    own.open(frame('g', 0));
    const overloaded = expect.objectContaining({ status: 429, code: 'DT_OVERLOADED', retryAfterSeconds: 1 });
    expect(() => own.requireRoom(0)).toThrow(overloaded);
    scopes.end('f');
    expect(scopes.kept).toEqual(['g']);
    scopes.end('f');
    own.requireRoom(0);
  });

  it('are dropped when the gateway never says how they ended', () => {
    const scopes = new FrameScopes();
    const own = new OwnFrames(1, 1_000, scopes);
    own.open(frame('f', 0));
    expect(() => own.requireRoom(1_000)).toThrow();
    own.requireRoom(1_001);
    expect([own.get('f'), scopes.kept]).toEqual([undefined, []]);
  });
});
