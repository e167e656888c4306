import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FrameGenerations } from '../../../server/edge/frames/frame-generations.js';
import { StripAnswers } from '../../../server/edge/gang/strip-answers.js';
import { FrameScopes } from '../../../server/node/frame-scopes.js';

const FIRST = { frame: 'a-1', generation: 1, attempt: 1 };
const SECOND = { ...FIRST, attempt: 2 };
const OTHER = { ...FIRST, frame: 'a-2' };
/** Strips for member 0, which its next stage reads, and for member 1, which reads them later. */
const ZERO = { to: 0, stage: 0, before: 1 };
const ONE = { to: 1, stage: 0, before: 3 };
const LATER = { to: 0, stage: 1, before: 2 };
const DUE = [ZERO, ONE, LATER];
/** The connection of a member that does not hang up. */
const NEVER = connection();
const HOLD_MS = 1_000;
const OVER = { kind: 'over' };
const bytes = Uint8Array.of(1, 2, 3, 4);
const STRIPS = { kind: 'strips', bytes };

function connection() {
  return Object.assign(new EventEmitter(), { closed: false });
}

function setUp() {
  const scopes = new FrameScopes();
  const generations = new FrameGenerations(9, scopes);
  return { answers: new StripAnswers(HOLD_MS, { generations, scopes }), scopes, generations };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('strips that a member asks for', () => {
  it('are held for until they are there, and kept', async () => {
    const { answers } = setUp();
    answers.open(FIRST, DUE);
    const held = answers.ask(FIRST, ZERO, NEVER);
    expect(answers.held).toBe(1);
    expect(answers.give(FIRST, ZERO, bytes)).toBe(true);
    expect(await held).toEqual(STRIPS);
    expect(await answers.ask(FIRST, ZERO, NEVER), 'the answer was lost').toEqual(STRIPS);
    expect([answers.held, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('are sent where they are there first: a question that crosses them is answered without', async () => {
    const { answers } = setUp();
    answers.open(FIRST, DUE);
    expect(answers.give(FIRST, ONE, bytes)).toBe(false);
    expect(await answers.ask(FIRST, ONE, NEVER)).toEqual({ kind: 'sent' });
    answers.close(FIRST, true);
    expect(await answers.ask(FIRST, ONE, NEVER), 'also after the block').toEqual({ kind: 'sent' });
    expect([answers.bytes, answers.held, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });

  it('may be asked for before the block is here', async () => {
    const { answers } = setUp();
    const early = answers.ask(FIRST, ZERO, NEVER);
    expect(answers.isOpen(FIRST)).toBe(false);
    answers.open(FIRST, DUE);
    expect(answers.isOpen(FIRST)).toBe(true);
    answers.give(FIRST, ZERO, bytes);
    expect(await early).toEqual(STRIPS);
  });

  it.each(['before', 'after'])('are unknown where the block does not owe them: asked %s it is here', async (when) => {
    const { answers } = setUp();
    if (when === 'after') answers.open(FIRST, DUE);
    const end = answers.ask(FIRST, { to: 7, stage: 0 }, NEVER);
    if (when === 'before') answers.open(FIRST, DUE);
    expect(await end).toEqual({ kind: 'unknown' });
  });

  it.each([true, false])('are sent when they take too long, the task being here: %s', async (isHere) => {
    const { answers } = setUp();
    if (isHere) answers.open(FIRST, DUE);
    const end = answers.ask(FIRST, ZERO, NEVER);
    vi.advanceTimersByTime(HOLD_MS);
    expect(await end).toEqual({ kind: 'sent' });
    if (!isHere) answers.open(FIRST, DUE);
    expect(answers.give(FIRST, ZERO, bytes), 'in a request of their own').toBe(false);
    expect(await answers.ask(FIRST, ZERO, NEVER), 'that it was told so was lost').toEqual({ kind: 'sent' });
  });

  it('are an answer again when the question is repeated in time', async () => {
    const { answers } = setUp();
    answers.open(FIRST, DUE);
    const first = answers.ask(FIRST, ZERO, NEVER);
    vi.advanceTimersByTime(HOLD_MS);
    await first;
    const second = answers.ask(FIRST, ZERO, NEVER);
    expect(answers.give(FIRST, ZERO, bytes)).toBe(true);
    expect(await second).toEqual(STRIPS);
  });

  it('are held for one question each', async () => {
    const { answers } = setUp();
    const first = answers.ask(FIRST, ZERO, NEVER);
    const second = answers.ask(FIRST, ZERO, NEVER);
    expect(await first).toEqual({ kind: 'gone' });
    expect(answers.held).toBe(1);
    answers.give(FIRST, ZERO, bytes);
    expect(await second).toEqual(STRIPS);
  });

  it('are sent when the member has hung up', async () => {
    const { answers } = setUp();
    answers.open(FIRST, DUE);
    const gone = connection();
    const first = answers.ask(FIRST, ZERO, gone);
    gone.closed = true;
    gone.emit('close');
    expect(await first).toEqual({ kind: 'gone' });
    expect(await answers.ask(FIRST, ZERO, gone)).toEqual({ kind: 'gone' });
    expect([answers.held, vi.getTimerCount(), gone.listenerCount('close')]).toEqual([0, 0, 0]);
    expect(answers.give(FIRST, ZERO, bytes)).toBe(false);
    expect(await answers.ask(FIRST, ZERO, NEVER)).toEqual({ kind: 'sent' });
  });

  it('are kept until the member has computed a stage that reads them', async () => {
    const { answers } = setUp();
    answers.open(FIRST, DUE);
    for (const body of [ZERO, ONE]) void answers.ask(FIRST, body, NEVER);
    for (const body of [ZERO, ONE]) answers.give(FIRST, body, bytes);
    expect(answers.bytes).toBe(8);
    const later = answers.ask(FIRST, LATER, NEVER);
    expect(answers.bytes, 'those of member 0 after stage 0 are not needed any more').toBe(4);
    answers.give(FIRST, LATER, bytes);
    expect(await later).toEqual(STRIPS);
    expect(await answers.ask(FIRST, LATER, NEVER)).toEqual(STRIPS);
    expect(await answers.ask(FIRST, ONE, NEVER)).toEqual(STRIPS);
  });
});

describe('a block that ends', () => {
  it.each<[string, (it: ReturnType<typeof setUp>) => void]>([
    ['since it was given up', ({ answers }) => answers.close(FIRST, false)],
    ['with its frame', ({ scopes }) => scopes.end('a-1')],
    ['since a later attempt is known', ({ generations }) => generations.invalidateBefore('a-1', 1, 2)],
    ['since the block of a later attempt is here', ({ answers }) => answers.open(SECOND, DUE)],
    ['since a later attempt is asked for', ({ answers }) => void answers.ask(SECOND, ZERO, NEVER)],
    ['with its device', ({ answers }) => answers.stop()],
  ])('refuses what is held, at once: %s', async (_name, happen) => {
    const it = setUp();
    it.answers.open(FIRST, DUE);
    void it.answers.ask(FIRST, ONE, NEVER);
    it.answers.give(FIRST, ONE, bytes);
    expect(it.answers.bytes).toBe(4);
    const held = it.answers.ask(FIRST, ZERO, NEVER);
    happen(it);
    expect(await held).toEqual(OVER);
    expect(it.answers.bytes).toBe(0);
  });

  it.each<[string, (it: ReturnType<typeof setUp>) => void]>([
    ['it was given up', ({ answers }) => answers.close(FIRST, false)],
    ['a later attempt is here', ({ answers }) => answers.open(SECOND, DUE)],
    ['its device has stopped', ({ answers }) => answers.stop()],
  ])('refuses each question: %s', async (_name, happen) => {
    const it = setUp();
    it.answers.open(FIRST, DUE);
    it.answers.give(FIRST, ZERO, bytes);
    happen(it);
    expect(await it.answers.ask(FIRST, ZERO, NEVER)).toEqual(OVER);
    expect(it.answers.give(FIRST, ONE, bytes), 'nobody waits for it').toBe(true);
  });

  it('with all that it has computed answers until a block of another frame begins', async () => {
    const { answers, scopes } = setUp();
    answers.open(FIRST, DUE);
    void answers.ask(FIRST, ZERO, NEVER);
    answers.give(FIRST, ZERO, bytes);
    answers.close(FIRST, true);
    expect(await answers.ask(FIRST, ZERO, NEVER)).toEqual(STRIPS);
    expect(await answers.ask(FIRST, ONE, NEVER), 'never computed').toEqual(OVER);
    expect(scopes.kept).toEqual(['a-1']);
    answers.open(OTHER, DUE);
    expect([answers.bytes, scopes.kept]).toEqual([0, ['a-2']]);
  });

  it('leaves questions of another frame alone', async () => {
    const { answers } = setUp();
    const held = answers.ask(OTHER, ZERO, NEVER);
    answers.open(FIRST, DUE);
    answers.close(FIRST, true);
    expect(answers.held).toBe(1);
    answers.stop();
    expect(await held).toEqual(OVER);
  });
});
