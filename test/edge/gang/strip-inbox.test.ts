import { describe, expect, it } from 'vitest';
import { FrameGenerations } from '../../../server/edge/frames/frame-generations.js';
import { StripInbox, type StripOrigin } from '../../../server/edge/gang/strip-inbox.js';
import { FrameScopes } from '../../../server/node/frame-scopes.js';

const FIRST = { frame: 'a-1', generation: 1, attempt: 1 };
const SECOND = { ...FIRST, attempt: 2 };
const ABOVE = { from: 0, stage: 0 };
const BELOW = { from: 2, stage: 0 };
const LATER = { from: 0, stage: 1 };
const DUE: readonly StripOrigin[] = [ABOVE, BELOW, LATER];
const NEVER = new AbortController().signal;

/** Strips of 8 bytes, told from others by their first value. */
const strips = (value: number) => ({
  strips: [{ map: 1, region: { x0: 0, x1: 2, y0: 0, y1: 1 }, data: Float32Array.of(value, 0) }],
  sharedDigest: null,
});

function inboxOf(limits = { bytes: 1_000, bodies: 10 }) {
  const scopes = new FrameScopes();
  const generations = new FrameGenerations(9, scopes);
  return { inbox: new StripInbox(limits, { generations, scopes }), scopes, generations };
}

const values = (taken: Awaited<ReturnType<StripInbox['wait']>>) =>
  taken?.map(({ strips: [strip] }) => strip!.data[0]) ?? null;

/** Says if a wait has come to its end by now. */
async function isSettled(wait: Promise<unknown>): Promise<boolean> {
  return (
    (await Promise.race([wait.then(() => 'settled'), new Promise((resolve) => setImmediate(resolve, 'open'))])) ===
    'settled'
  );
}

describe('strips of a gang', () => {
  it('wait for the task that takes them, in the order in which it names them', async () => {
    const { inbox } = inboxOf();
    expect(inbox.put(FIRST, BELOW, strips(2))).toBe('taken');
    expect(inbox.open(FIRST, DUE)).toBe(true);
    inbox.put(FIRST, LATER, strips(3));
    inbox.put(FIRST, ABOVE, strips(1));
    expect(inbox.bytes).toBe(24);
    expect(values(await inbox.wait(FIRST, [ABOVE, BELOW], NEVER))).toEqual([1, 2]);
    expect(inbox.bytes).toBe(8);
    expect(values(await inbox.wait(FIRST, [LATER], NEVER))).toEqual([3]);
    expect(inbox.bytes).toBe(0);
  });

  it('are waited for until the last has come', async () => {
    const { inbox } = inboxOf();
    inbox.open(FIRST, DUE);
    const wait = inbox.wait(FIRST, [ABOVE, BELOW], NEVER);
    inbox.put(FIRST, ABOVE, strips(1));
    inbox.put(FIRST, LATER, strips(3));
    expect(await isSettled(wait)).toBe(false);
    inbox.put(FIRST, BELOW, strips(2));
    expect(values(await wait)).toEqual([1, 2]);
  });

  it('may be none', async () => {
    const { inbox } = inboxOf();
    inbox.open(FIRST, []);
    expect(await inbox.wait(FIRST, [], NEVER)).toEqual([]);
  });

  it('count once, also when they have been taken', async () => {
    const { inbox } = inboxOf();
    inbox.put(FIRST, ABOVE, strips(1));
    expect(inbox.put(FIRST, ABOVE, strips(9))).toBe('duplicate');
    inbox.open(FIRST, DUE);
    expect(values(await inbox.wait(FIRST, [ABOVE], NEVER))).toEqual([1]);
    expect(inbox.put(FIRST, ABOVE, strips(9))).toBe('duplicate');
    expect(inbox.bytes).toBe(0);
  });

  it('that the task does not wait for are refused, and dropped when they came before it', () => {
    const { inbox } = inboxOf();
    inbox.put(FIRST, { from: 7, stage: 0 }, strips(7));
    inbox.open(FIRST, DUE);
    expect(inbox.bytes).toBe(0);
    expect(() => inbox.put(FIRST, { from: 8, stage: 0 }, strips(8))).toThrow(
      expect.objectContaining({ code: 'DT_OVERLAP_BODY' }),
    );
  });
});

describe('strips without a task', () => {
  it('are refused beyond the bound of bytes, until their task is here', () => {
    const { inbox } = inboxOf({ bytes: 16, bodies: 10 });
    inbox.put(FIRST, ABOVE, strips(1));
    inbox.put({ ...FIRST, frame: 'a-2' }, ABOVE, strips(1));
    const third = () => inbox.put(FIRST, BELOW, strips(2));
    expect(third).toThrow(expect.objectContaining({ code: 'DT_OVERLOADED', status: 429 }));
    expect(inbox.bytes).toBe(16);
    inbox.open(FIRST, DUE);
    expect(third()).toBe('taken');
  });

  it('are refused beyond the bound of bodies, and leave nothing', () => {
    const { inbox } = inboxOf({ bytes: 1_000, bodies: 1 });
    inbox.put(FIRST, ABOVE, strips(1));
    expect(() => inbox.put({ ...FIRST, frame: 'a-2' }, ABOVE, strips(1))).toThrow(
      expect.objectContaining({ code: 'DT_OVERLOADED' }),
    );
    expect(inbox.size).toBe(1);
  });
});

describe('a later attempt of a frame', () => {
  it('ends the one before it when its strips come', async () => {
    const { inbox } = inboxOf();
    inbox.open(FIRST, DUE);
    inbox.put(FIRST, ABOVE, strips(1));
    const wait = inbox.wait(FIRST, [ABOVE, BELOW], NEVER);
    expect(inbox.put(SECOND, ABOVE, strips(2))).toBe('taken');
    expect(await wait).toBeNull();
    expect(inbox.bytes).toBe(8);
    expect(inbox.put(FIRST, BELOW, strips(1))).toBe('stale');
    expect(inbox.open(FIRST, DUE)).toBe(false);
    expect(await inbox.wait(FIRST, [ABOVE], NEVER)).toBeNull();
    inbox.open(SECOND, DUE);
    expect(values(await inbox.wait(SECOND, [ABOVE], NEVER))).toEqual([2]);
  });

  it('ends the one before it when its task comes, and also when its strips find no room', async () => {
    const { inbox } = inboxOf({ bytes: 1_000, bodies: 0 });
    inbox.open(FIRST, DUE);
    const first = inbox.wait(FIRST, [ABOVE], NEVER);
    inbox.open(SECOND, DUE);
    expect(await first).toBeNull();
    const second = inbox.wait(SECOND, [ABOVE], NEVER);
    expect(() => inbox.put({ ...FIRST, attempt: 3 }, ABOVE, strips(1))).toThrow(
      expect.objectContaining({ code: 'DT_OVERLOADED' }),
    );
    expect(await second).toBeNull();
  });

  it('may be said to have begun before anything of it comes', async () => {
    const { inbox, generations } = inboxOf();
    inbox.open(SECOND, DUE);
    const wait = inbox.wait(SECOND, [ABOVE], NEVER);
    generations.invalidateBefore('a-1', 1, 2);
    expect(await isSettled(wait)).toBe(false);
    generations.invalidateBefore('a-1', 1, 3);
    expect(await wait).toBeNull();
    expect(inbox.size).toBe(0);
  });

  it('is one of a later generation, whatever the number of the attempt', async () => {
    const { inbox, generations } = inboxOf();
    inbox.open(SECOND, DUE);
    const wait = inbox.wait(SECOND, [ABOVE], NEVER);
    generations.invalidateBefore('a-1', 2);
    expect(await wait).toBeNull();
    const next = { frame: 'a-1', generation: 2, attempt: 1 };
    inbox.put(next, ABOVE, strips(1));
    generations.invalidateBefore('a-1', 2);
    expect(inbox.put(SECOND, ABOVE, strips(1))).toBe('stale');
    expect(inbox.bytes).toBe(8);
  });
});

describe('a wait for strips', () => {
  it('ends with its frame, of which nothing stays', async () => {
    const { inbox, scopes } = inboxOf();
    inbox.open(FIRST, DUE);
    inbox.put(FIRST, ABOVE, strips(1));
    const wait = inbox.wait(FIRST, [ABOVE, BELOW], NEVER);
    expect(scopes.kept).toEqual(['a-1']);
    scopes.end('a-1');
    expect(await wait).toBeNull();
    expect([inbox.size, inbox.bytes, scopes.kept]).toEqual([0, 0, []]);
  });

  it('ends when its signal is aborted, before it or while it lasts; the strips stay', async () => {
    const { inbox } = inboxOf();
    inbox.open(FIRST, DUE);
    inbox.put(FIRST, ABOVE, strips(1));
    const late = new AbortController();
    const wait = inbox.wait(FIRST, [ABOVE, BELOW], late.signal);
    late.abort();
    expect(await wait).toBeNull();
    expect(await inbox.wait(FIRST, [ABOVE], late.signal)).toBeNull();
    expect(values(await inbox.wait(FIRST, [ABOVE], NEVER))).toEqual([1]);
  });

  it('is none for a frame without a task', async () => {
    const { inbox } = inboxOf();
    expect(await inbox.wait(FIRST, [], NEVER)).toBeNull();
  });
});
