import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryArchive } from '../../../server/gateway/archive/memory-archive.js';
import type { FrameFilter } from '../../../server/gateway/frames/frame-filter.js';
import type { FrameRecord } from '../../../server/gateway/frames/frame-record.js';
import { FrameStore } from '../../../server/gateway/frames/frame-store.js';
import { createMetrics } from '../../../server/node/observe/metrics.js';
import { silent } from '../../support/test-cluster.js';
import { record as newRecord } from '../frame-records.js';

const HOUR_MS = 3_600_000;

function record(id: string, bytes = 10, source = 'e0', createdMs = Date.now()): FrameRecord {
  return newRecord(id, { bytes, source, createdMs });
}

let archive: MemoryArchive;
let store: FrameStore;
beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  archive = new MemoryArchive();
  store = newStore();
});
afterEach(async () => {
  await store.stop();
  vi.useRealTimers();
});

function newStore(bounds: object = {}): FrameStore {
  const metrics = createMetrics({ role: 'gateway', node: 'gateway' });
  const all = { frames: 3, bytes: 100, ageMs: HOUR_MS, keepPictures: true, ...bounds };
  return new FrameStore({ archive, bounds: all, metrics, log: silent });
}

function end(frame: FrameRecord, kind: 'complete' | 'failed' = 'complete'): void {
  frame.end ??=
    kind === 'complete'
      ? { kind, detections: [], classification: null }
      : { kind, code: 'DT_FRAME_TIMEOUT', detail: 'broke' };
  frame.state = kind;
  frame.endedMs = Date.now();
  store.ended(frame);
}

async function add(...frames: FrameRecord[]): Promise<void> {
  for (const frame of frames) await store.admit(frame);
}

const listed = (filter: Partial<FrameFilter> = {}) => store.list({ limit: 50, ...filter }).map(({ id }) => id);

const someone = { label: 'person', classIndex: 0, score: 0.9, box: { cx: 0, cy: 0, width: 1, height: 1 } };

describe('the list of frames', () => {
  it('has those in which a label was found, and those of a time', async () => {
    const frames = [1, 2, 3].map((i) => record(`ep-${i}`, 1, 'e0', i * 1000));
    await add(...frames);
    frames[1]!.state = 'complete';
    frames[1]!.end = {
      kind: 'complete',
      detections: [{ ...someone, pixels: { x: 0, y: 0, width: 1, height: 1 } }],
      classification: null,
    };
    expect(listed({ label: 'person' })).toEqual(['ep-2']);
    expect(listed({ label: 'dog' })).toEqual([]);
    expect(listed({ minScore: 0.9 })).toEqual(['ep-2']);
    expect(listed({ label: 'person', minScore: 0.91 })).toEqual([]);
    expect(listed({ label: 'dog', minScore: 0.1 })).toEqual([]);
    expect(listed({ states: ['complete', 'failed'] })).toEqual(['ep-2']);
    expect(listed({ states: ['dropped'] })).toEqual([]);
    expect(listed({ fromMs: 2000 })).toEqual(['ep-3', 'ep-2']);
    expect(listed({ toMs: 2000 })).toEqual(['ep-1']);
    expect(listed({ fromMs: 2000, toMs: 3000 })).toEqual(['ep-2']);
  });

  it('has those of a camera, and those with a tag, open or ended', async () => {
    const origins = [{ camera: 'door', tags: ['night', 'hall'] }, { camera: 'yard', tags: ['night'] }, {}];
    const frames = origins.map((origin, i) => ({ ...record(`ep-${i + 1}`), ...origin }));
    await add(...frames);
    end(frames[0]!);
    expect(listed({ camera: 'door' })).toEqual(['ep-1']);
    expect(listed({ tag: 'night' })).toEqual(['ep-2', 'ep-1']);
    expect(listed({ tag: 'night', camera: 'yard' })).toEqual(['ep-2']);
    expect(listed({ tag: 'nig' })).toEqual([]);
  });
});

it('open frames are counted for whom they are of, and ended ones are not', async () => {
  const frames = [record('ep-1'), record('ep-2')];
  await add(...frames);
  expect([store.openOf('client a'), store.openOf('client b')]).toEqual([2, 0]);
  for (const [i, frame] of frames.entries()) {
    end(frame, i === 0 ? 'complete' : 'failed');
    expect(store.openOf('client a')).toBe(1 - i);
  }
});

describe('the frames kept', () => {
  it('are all the open ones, and as many ended ones as are bounded, the oldest forgotten first', async () => {
    const frames = Array.from({ length: 9 }, (_, i) => record(`ep-${i + 1}`));
    await add(...frames);
    for (const frame of frames.slice(0, 5)) end(frame);
    expect(listed()).toEqual(['ep-9', 'ep-8', 'ep-7', 'ep-6', 'ep-5', 'ep-4', 'ep-3']);
    expect([store.openCount, store.endedCounts.complete]).toEqual([4, 5]);
  });

  it('are bounded by the bytes of their pictures as well; an open one is never forgotten for that', async () => {
    const [open, first, second] = [record('ep-1', 900), record('ep-2', 60), record('ep-3', 60)];
    await add(open, first, second);
    end(first);
    end(second);
    expect(listed()).toEqual(['ep-3', 'ep-1']);
    end(open);
    expect(listed()).toEqual(['ep-3']);
    expect(store.openCount).toBe(0);
  });

  it('count once when they are forgotten', async () => {
    const frame = record('ep-1', 60);
    await add(frame);
    end(frame, 'failed');
    await store.remove('ep-1');
    await store.remove('ep-1');
    const next = record('ep-2', 90);
    await add(next);
    end(next);
    expect(listed()).toEqual(['ep-2']);
    expect([store.openCount, store.endedCounts]).toEqual([0, { complete: 1, failed: 1, dropped: 0 }]);
  });

  it('count those of an earlier life that are kept', async () => {
    const frames = [record('ep-1'), record('ep-2'), record('ep-3')];
    await add(...frames);
    end(frames[0]!);
    end(frames[1]!, 'failed');
    const known = ['ep-1', 'ep-2', 'ep-3'].map((id) => store.get(id)!);
    const next = newStore();
    next.start(known);
    expect([next.openCount, next.endedCounts]).toEqual([1, { complete: 1, failed: 1, dropped: 0 }]);
    await next.stop();
  });

  it('give up the picture, and the letterboxed one, when they end: it is in the archive', async () => {
    const frame = record('ep-1');
    await add(frame);
    expect([frame.input, frame.bytes]).not.toContain(null);
    expect(await store.picture(store.get('ep-1')!)).toEqual(new Uint8Array(10));
    end(frame);
    expect([frame.input, frame.bytes]).toEqual([null, null]);
    expect(await store.picture(store.get('ep-1')!)).toEqual(new Uint8Array(10));
  });

  it('are forgotten with time, and their pictures and traces with them', async () => {
    const frames = [record('ep-1'), record('ep-2')];
    store.start([]);
    await add(...frames);
    end(frames[0]!);
    await vi.advanceTimersByTimeAsync(HOUR_MS - 1);
    expect(listed()).toEqual(['ep-2', 'ep-1']);
    await vi.advanceTimersByTimeAsync(60_001);
    expect(listed()).toEqual(['ep-2']);
    expect([await archive.picture('ep-1'), await archive.trace('ep-1')]).toEqual([null, null]);
    expect(await archive.picture('ep-2'), 'of an open one').not.toBeNull();
  });

  it.each([
    ['1970 to 2026', Date.UTC(2026)],
    ['an hour and more on', 2 * HOUR_MS],
    ['back', -HOUR_MS],
  ])('are not forgotten by a wall clock that jumps %s, nor kept for ever', async (_name, jumpMs) => {
    store.start([]);
    const frames = [record('ep-1'), record('ep-2')];
    await add(...frames);
    end(frames[0]!);
    vi.setSystemTime(Math.max(0, Date.now() + jumpMs));
    end(frames[1]!);
    await vi.advanceTimersByTimeAsync(HOUR_MS - 60_001);
    expect(listed()).toEqual(['ep-2', 'ep-1']);
    await vi.advanceTimersByTimeAsync(2 * 60_001);
    expect(listed()).toEqual([]);
  });

  it('have no picture, in memory or in the archive, where none is to be kept', async () => {
    store = newStore({ keepPictures: false, bytes: 5 });
    const frame = record('ep-1');
    await add(frame);
    end(frame);
    await store.stop();
    expect([frame.bytes, frame.input, await archive.picture('ep-1')]).toEqual([null, null, null]);
    expect(listed(), 'which takes no room').toEqual(['ep-1']);
    const refusal = store.picture(store.get('ep-1')!);
    await expect(refusal).rejects.toMatchObject({ status: 410, code: 'DT_PICTURE_NOT_KEPT' });
  });

  it('whose end cannot be written stay as they are, and are written later', async () => {
    store.start([]);
    const frame = record('ep-1');
    await add(frame);
    const broken = vi.spyOn(archive, 'end').mockRejectedValue(new Error('no room'));
    end(frame);
    await vi.advanceTimersByTimeAsync(0);
    expect(listed({ states: ['complete'] })).toEqual(['ep-1']);
    expect(await archive.trace('ep-1')).toBeNull();
    expect(await store.trace(store.get('ep-1')!), 'from memory').toMatchObject({ frame: 'ep-1' });
    broken.mockRestore();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await archive.trace('ep-1')).toMatchObject({ frame: 'ep-1' });
  });

  it('that could not be accepted are not there', async () => {
    vi.spyOn(archive, 'accept').mockRejectedValue(new Error('no room'));
    await expect(store.admit(record('ep-1'))).rejects.toThrow('no room');
    expect([listed(), store.openCount]).toEqual([[], 0]);
  });
});

describe('a page of frames', () => {
  it('is the newest first, after the last of the page before it', async () => {
    // In base 36, as the gateway numbers them.
    await add(...Array.from({ length: 40 }, (_, i) => record(`ep-${(i + 1).toString(36)}`)));
    const first = listed({ limit: 15 });
    expect([first[0], first.at(-1)]).toEqual(['ep-14', 'ep-q']);
    const second = listed({ limit: 15, before: first.at(-1)! });
    expect([second[0], second.at(-1)]).toEqual(['ep-p', 'ep-b']);
    const third = listed({ limit: 15, before: second.at(-1)! });
    expect([third[0], third.at(-1), third.length]).toEqual(['ep-a', 'ep-1', 10]);
  });

  it('goes on where it was when the last frame has been forgotten meanwhile', async () => {
    const frames = ['ep-1', 'ep-2', 'ep-3', 'ep-4'].map((id) => record(id));
    await add(...frames);
    end(frames[2]!);
    await store.remove('ep-3');
    expect(listed({ before: 'ep-3' })).toEqual(['ep-2', 'ep-1']);
    expect(listed({ before: 'ep-1' })).toEqual([]);
  });

  it('has nothing of another life of the gateway to go on with', async () => {
    await add(record('bb-1'));
    expect(listed({ before: 'aa-9' })).toEqual([]);
    expect(listed({ before: 'cc-1' })).toEqual(['bb-1']);
  });

  it('has only what was asked for', async () => {
    const frames = [record('ep-1', 1, 'e0'), record('ep-2', 1, 'e1'), record('ep-3', 1, 'e0')];
    await add(...frames);
    end(frames[0]!, 'failed');
    expect(listed({ source: 'e0' })).toEqual(['ep-3', 'ep-1']);
    expect(listed({ states: ['failed'] })).toEqual(['ep-1']);
    expect(listed({ states: ['queued'], source: 'e1' })).toEqual(['ep-2']);
    expect(listed({ states: ['complete'] })).toEqual([]);
  });
});

describe('waiting for a frame to end', () => {
  const never = () => new AbortController().signal;

  async function resolved(waiting: Promise<unknown>): Promise<boolean> {
    let done = false;
    void waiting.then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    return done;
  }

  it('ends with the frame, for everyone who waits', async () => {
    const frame = record('ep-1');
    await add(frame);
    const waiting = [store.waitForEnd(frame.id, 5_000, never()), store.waitForEnd(frame.id, 9_000, never())];
    expect(await resolved(waiting[0]!)).toBe(false);
    end(frame);
    await Promise.all(waiting);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when the time is over, or when the client hangs up', async () => {
    const frame = record('ep-1');
    await add(frame);
    const gone = new AbortController();
    const impatient = store.waitForEnd(frame.id, 100, never());
    const leaving = store.waitForEnd(frame.id, 5_000, gone.signal);
    await vi.advanceTimersByTimeAsync(100);
    await impatient;
    expect(await resolved(leaving)).toBe(false);
    gone.abort();
    await leaving;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is over at once for a frame that has ended, and for a client that has gone', async () => {
    const frame = record('ep-1');
    await add(frame);
    await store.waitForEnd(frame.id, 5_000, AbortSignal.abort());
    end(frame);
    await store.waitForEnd(frame.id, 5_000, never());
    expect(vi.getTimerCount()).toBe(0);
  });
});
