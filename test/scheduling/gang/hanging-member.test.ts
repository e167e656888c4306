import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hangingMember, type MemberReport } from '../../../server/scheduling/gang/hanging-member.js';

const BEAT_MS = 1_500;

function report(stage: number | null, lacks: readonly (readonly [number, number])[] = [], silentMs = 0): MemberReport {
  const progress = stage === null ? null : { stage, lacks: lacks.map(([from, of]) => ({ from, stage: of })) };
  return { isDone: false, progress, silentMs };
}
const DONE: MemberReport = { isDone: true, progress: null, silentMs: 9_999 };
const find = (members: readonly MemberReport[], turn = 0) => hangingMember(members, BEAT_MS, turn);

describe('the member that a late gang waits for', () => {
  it('is the one that computes while the others wait for it, through each other', () => {
    expect(find([report(4, [[1, 3]]), report(3, [[2, 2]]), report(2), report(3, [[2, 2]]), report(4, [[3, 3]])])).toBe(
      2,
    );
  });

  it('is one that has said nothing of its block and is waited for', () => {
    expect(find([report(1, [[1, 0]]), report(1, [[2, 0]]), report(null), report(1, [[2, 0]])])).toBe(2);
  });

  it('is silent: what it said last was that it waits for others, which have gone on', () => {
    const frozen = report(2, [[0, 1]], 2_400);
    expect(find([report(4, [[1, 2]]), frozen, report(3, [[1, 2]])])).toBe(1);
    // Also within the time between two heartbeats: the strips that it waits for were computed.
    expect(find([report(4, [[1, 2]]), { ...frozen, silentMs: 0 }, report(3, [[1, 2]])])).toBe(1);
  });

  it('is not one that is done, or that has sent all that is waited for', () => {
    expect(
      find([
        DONE,
        report(7),
        report(7, [
          [0, 6],
          [1, 6],
        ]),
      ]),
    ).toBe(1);
    expect(find([DONE, DONE, report(7, [[0, 6]])])).toBe(2);
  });

  it('is another one each time where nothing tells them apart', () => {
    const members = [DONE, report(null), report(null), report(null)];
    expect([0, 1, 2, 3].map((turn) => find(members, turn))).toEqual([1, 2, 3, 1]);
  });

  it('is waited for by more, of two that compute', () => {
    expect(find([report(2), report(3, [[2, 2]]), report(2), report(3, [[2, 2]])])).toBe(2);
  });

  it('is found in every gang whose members go on until they lack its strips', () => {
    const gangs = fc.integer({ min: 2, max: 8 }).chain((members) =>
      fc.record({
        members: fc.constant(members),
        stages: fc.integer({ min: 2, max: 12 }),
        hanging: fc.nat(members - 1),
        at: fc.nat(10),
        isSilent: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(gangs, ({ at, hanging, isSilent, members, stages }) => {
        const stops = Math.min(at, stages - 2);
        // A member at distance d can compute d stages more than the one that hangs has.
        const stageOf = (member: number) => Math.min(stages, stops + Math.abs(member - hanging));
        const reports = Array.from({ length: members }, (_, member): MemberReport => {
          const stage = stageOf(member);
          if (stage === stages) return DONE;
          const neighbours = [member - 1, member + 1].filter((other) => other >= 0 && other < members);
          const lacks = neighbours.filter((other) => stageOf(other) < stage).map((from) => [from, stage - 1] as const);
          if (member !== hanging) return report(stage, lacks);
          // What it said last may be from before it had the strips of its neighbours.
          return isSilent
            ? report(stage, stage > 0 ? neighbours.map((from) => [from, stage - 1] as const) : [], 3_000)
            : report(stage);
        });
        expect(find(reports)).toBe(hanging);
      }),
    );
  });
});
