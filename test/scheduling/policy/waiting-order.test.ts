import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinTurns, type Turns, takeTurn, waitingOrder } from '../../../server/scheduling/policy/waiting-order.js';

interface TestFrame {
  readonly id: number;
  readonly origin: string;
  readonly phase: { kind: string };
  readonly startedMs: number | null;
}

const frame = (id: number, origin: string, startedMs: number | null = null, kind = 'waiting'): TestFrame => ({
  ...{ id, origin, startedMs },
  phase: { kind },
});

/** The turns of these frames, accepted one after another. */
function accepted(frames: readonly TestFrame[]): Turns {
  return frames.reduce<Turns>((turns, { origin }, i) => joinTurns(turns, origin, frames.slice(0, i)), new Map());
}

const order = (frames: readonly TestFrame[], turns = accepted(frames)) =>
  waitingOrder(frames, turns).map(({ id }) => id);

describe('waiting frames', () => {
  it('begin by turns of their origins, the oldest first within one', () => {
    const frames = [frame(1, 'a'), frame(2, 'a'), frame(3, 'a'), frame(4, 'b'), frame(5, 'c'), frame(6, 'c')];
    expect(order(frames)).toEqual([1, 4, 5, 2, 6, 3]);
    expect(order(frames, takeTurn(accepted(frames), 'a'))).toEqual([4, 5, 1, 6, 2, 3]);
  });

  it('of one origin begin in the order of their acceptance', () => {
    expect(order([frame(1, ''), frame(2, ''), frame(3, '')])).toEqual([1, 2, 3]);
    expect(order([])).toEqual([]);
  });

  it('that have begun before come first; frames that do not wait have no place', () => {
    expect(order([frame(1, 'a'), frame(2, 'b', 5), frame(3, 'a', 4), frame(4, 'b', 3, 'running')])).toEqual([2, 3, 1]);
  });

  it('of an origin that is new come behind those that wait', () => {
    const frames = [frame(1, 'a'), frame(2, 'b')];
    const turns = takeTurn(takeTurn(accepted(frames), 'a'), 'b');
    expect(order([...frames, frame(3, 'new')], joinTurns(turns, 'new', frames))).toEqual([1, 2, 3]);
  });

  it('lets an origin without open frames lose its place', () => {
    const turns = accepted([frame(1, 'a'), frame(2, 'b')]);
    expect([...joinTurns(turns, 'c', [frame(2, 'b')]).keys()]).toEqual(['b', 'c']);
  });

  it('are overtaken at most once by each other origin, whatever comes', () => {
    const steps = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.constant(null)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (script) => {
        let turns: Turns = new Map();
        let open: TestFrame[] = [];
        /** By origin that waits: who has begun since it waits. */
        const passed = new Map<string, string[]>();
        for (const [id, origin] of script.entries()) {
          if (origin !== null) {
            turns = joinTurns(turns, origin, open);
            open = [...open, frame(id, origin)];
            if (!passed.has(origin)) passed.set(origin, []);
            continue;
          }
          const first = waitingOrder(open, turns)[0];
          if (first === undefined) continue;
          // It ends at once.
          turns = takeTurn(turns, first.origin);
          open = open.filter((other) => other !== first);
          const isLeft = open.some((other) => other.origin === first.origin);
          passed.delete(first.origin);
          for (const others of passed.values()) others.push(first.origin);
          if (isLeft) passed.set(first.origin, []);
        }
        for (const others of passed.values()) expect(new Set(others).size).toBe(others.length);
      }),
    );
  });
});
