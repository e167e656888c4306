import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FrameRecord, newFrameRecord } from '../../server/gateway/frame-record.js';
import { type FrameFilter, FrameStore } from '../../server/gateway/frame-store.js';
import { FrameTrace } from '../../server/gateway/frame-trace.js';

function record(id: string, bytes = 10, source = 'e0', nowMs = 0): FrameRecord {
  const picture = { bytes: new Uint8Array(bytes), mediaType: 'image/jpeg' as const, width: 1, height: 1 };
  const placement = {} as FrameRecord['placement'];
  const letterboxed = { data: new Uint8Array(3), placement, digest: 'ab' };
  return newFrameRecord({
    id,
    nowMs,
    claimant: 'client a',
    source,
    strategy: 'ftp-wst-s',
    picture,
    letterboxed,
    trace: new FrameTrace(1, 0, 0),
  });
}

let store: FrameStore;
beforeEach(() => {
  vi.useFakeTimers();
  store = new FrameStore({ keptFrames: 3, keptBytes: 100 });
});
afterEach(() => void vi.useRealTimers());

function end(frame: FrameRecord, kind: 'complete' | 'failed' = 'complete'): void {
  frame.end =
    kind === 'complete' ? { kind, detections: [], classification: null } : { kind, code: 'DT_X', detail: 'broke' };
  frame.state = kind;
  store.ended(frame);
}

function add(...frames: FrameRecord[]): void {
  for (const frame of frames) store.add(frame);
}

const listed = (filter: Partial<FrameFilter> = {}) => store.list({ limit: 50, ...filter }).map(({ id }) => id);

const someone = { label: 'person', classIndex: 0, score: 0.9, box: { cx: 0, cy: 0, width: 1, height: 1 } };

describe('the list of frames', () => {
  it('has those in which a label was found, and those of a time', () => {
    const frames = [1, 2, 3].map((i) => record(`ep-${i}`, 1, 'e0', i * 1000));
    add(...frames);
    frames[1]!.end = {
      kind: 'complete',
      detections: [{ ...someone, pixels: { x: 0, y: 0, width: 1, height: 1 } }],
      classification: null,
    };
    expect(listed({ label: 'person' })).toEqual(['ep-2']);
    expect(listed({ label: 'dog' })).toEqual([]);
    expect(listed({ fromMs: 2000 })).toEqual(['ep-3', 'ep-2']);
    expect(listed({ toMs: 2000 })).toEqual(['ep-1']);
    expect(listed({ fromMs: 2000, toMs: 3000 })).toEqual(['ep-2']);
  });
});

it('open frames are counted for whom they are of, and ended ones are not', () => {
  const frames = [record('ep-1'), record('ep-2')];
  add(...frames);
  expect([store.openOf('client a'), store.openOf('client b')]).toEqual([2, 0]);
  for (const [i, frame] of frames.entries()) {
    end(frame, i === 0 ? 'complete' : 'failed');
    expect(store.openOf('client a')).toBe(1 - i);
  }
});

describe('the frames kept', () => {
  it('are all the open ones, and as many ended ones as are bounded, the oldest forgotten first', () => {
    const frames = Array.from({ length: 9 }, (_, i) => record(`ep-${i + 1}`));
    add(...frames);
    for (const frame of frames.slice(0, 5)) end(frame);
    expect(listed()).toEqual(['ep-9', 'ep-8', 'ep-7', 'ep-6', 'ep-5', 'ep-4', 'ep-3']);
    expect([store.openCount, store.completeCount]).toEqual([4, 5]);
  });

  it('are bounded by the bytes of their pictures as well; an open one is never forgotten for that', () => {
    const [open, first, second] = [record('ep-1', 900), record('ep-2', 60), record('ep-3', 60)];
    add(open, first, second);
    end(first);
    end(second);
    expect(listed()).toEqual(['ep-3', 'ep-1']);
    end(open);
    expect(listed()).toEqual(['ep-3']);
    expect(store.openCount).toBe(0);
  });

  it('count once when they are forgotten', () => {
    const frame = record('ep-1', 60);
    add(frame);
    end(frame, 'failed');
    store.remove(frame);
    store.remove(frame);
    const next = record('ep-2', 90);
    add(next);
    end(next);
    expect(listed()).toEqual(['ep-2']);
    expect([store.openCount, store.completeCount, store.failedCount]).toEqual([0, 1, 1]);
  });

  it('give up the letterboxed picture when they end', () => {
    const frame = record('ep-1');
    add(frame);
    expect(frame.input).not.toBeNull();
    end(frame);
    expect(frame.input).toBeNull();
  });
});

describe('a page of frames', () => {
  it('is the newest first, after the last of the page before it', () => {
    // In base 36, as the gateway numbers them.
    add(...Array.from({ length: 40 }, (_, i) => record(`ep-${(i + 1).toString(36)}`)));
    const first = listed({ limit: 15 });
    expect([first[0], first.at(-1)]).toEqual(['ep-14', 'ep-q']);
    const second = listed({ limit: 15, before: first.at(-1)! });
    expect([second[0], second.at(-1)]).toEqual(['ep-p', 'ep-b']);
    const third = listed({ limit: 15, before: second.at(-1)! });
    expect([third[0], third.at(-1), third.length]).toEqual(['ep-a', 'ep-1', 10]);
  });

  it('goes on where it was when the last frame has been forgotten meanwhile', () => {
    const frames = ['ep-1', 'ep-2', 'ep-3', 'ep-4'].map((id) => record(id));
    add(...frames);
    end(frames[2]!);
    store.remove(frames[2]!);
    expect(listed({ before: 'ep-3' })).toEqual(['ep-2', 'ep-1']);
    expect(listed({ before: 'ep-1' })).toEqual([]);
  });

  it('has nothing of another life of the gateway to go on with', () => {
    add(record('bb-1'));
    expect(listed({ before: 'aa-9' })).toEqual([]);
    expect(listed({ before: 'cc-1' })).toEqual(['bb-1']);
  });

  it('has only what was asked for', () => {
    const frames = [record('ep-1', 1, 'e0'), record('ep-2', 1, 'e1'), record('ep-3', 1, 'e0')];
    add(...frames);
    end(frames[0]!, 'failed');
    expect(listed({ source: 'e0' })).toEqual(['ep-3', 'ep-1']);
    expect(listed({ state: 'failed' })).toEqual(['ep-1']);
    expect(listed({ state: 'queued', source: 'e1' })).toEqual(['ep-2']);
    expect(listed({ state: 'complete' })).toEqual([]);
  });
});

describe('waiting for a frame to end', () => {
  const never = () => new AbortController().signal;

  async function resolved(waiting: Promise<void>): Promise<boolean> {
    let done = false;
    void waiting.then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    return done;
  }

  it('ends with the frame, for everyone who waits', async () => {
    const frame = record('ep-1');
    add(frame);
    const waiting = [store.waitForEnd(frame, 5_000, never()), store.waitForEnd(frame, 9_000, never())];
    expect(await resolved(waiting[0]!)).toBe(false);
    end(frame);
    await Promise.all(waiting);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when the time is over, or when the client hangs up', async () => {
    const frame = record('ep-1');
    add(frame);
    const gone = new AbortController();
    const impatient = store.waitForEnd(frame, 100, never());
    const leaving = store.waitForEnd(frame, 5_000, gone.signal);
    await vi.advanceTimersByTimeAsync(100);
    await impatient;
    expect(await resolved(leaving)).toBe(false);
    gone.abort();
    await leaving;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is over at once for a frame that has ended, and for a client that has gone', async () => {
    const frame = record('ep-1');
    add(frame);
    await store.waitForEnd(frame, 5_000, AbortSignal.abort());
    end(frame);
    await store.waitForEnd(frame, 5_000, never());
    expect(vi.getTimerCount()).toBe(0);
  });
});
