import { describe, expect, it } from 'vitest';
import { GangTrace } from '../../../server/gateway/frames/gang-trace.js';
import { bandsOf } from '../../../server/geometry/gang/bands.js';
import type { BlockTimes, StageTime } from '../../../server/scheduling/gang/block-times.js';

const stage = (beganMs: number, endedMs: number, to: readonly number[] = []): StageTime => {
  return {
    stripsMs: 1,
    beganMs,
    endedMs,
    computeMs: endedMs - beganMs,
    sent: to.map((member) => ({ to: member, bytes: 9 })),
  };
};
const times = (stages: readonly StageTime[], afterMs = 0): BlockTimes => {
  return { prepareMs: 1, stages, totalMs: stages.at(-1)!.endedMs, afterMs };
};

/** Two members, two stages; each waits for the other's strips before the second. */
const plans = [0, 1].map((member) => {
  const rest = { steps: [], owed: [], bodies: [], macs: 0 };
  return {
    stages: [
      { ...rest, due: [] },
      { ...rest, due: [{ from: 1 - member, stage: 0 }] },
    ],
  };
});
const formed = (attempt: number, devices = ['a', 'b']) => {
  return { attempt, generation: 1, devices, plans, bands: bandsOf(devices.length === 2 ? [3, 1] : [1]) };
};

describe('the trace of a gang', () => {
  it('lays each block backward from when the gateway had its result', () => {
    const trace = new GangTrace();
    trace.formed(formed(1), 5);
    trace.blockDone(0, times([stage(2, 10, [1]), stage(15, 20)], 5), 40);
    const [attempt] = trace.document();
    expect(attempt).toMatchObject({ attempt: 1, generation: 1, formedAtMs: 5, endedAtMs: null, end: null });
    expect(attempt!.bands).toEqual({ rows: [0, 0.75, 1], columns: [0, 1] });
    expect(attempt!.blocks).toEqual([
      {
        ...{ member: 0, device: 'a', startedAtMs: 15, preparedAtMs: 16, doneAtMs: 40 },
        stages: [
          { waitMs: 1, beganAtMs: 17, endedAtMs: 25, computeMs: 8, sent: [{ to: 1, bytes: 9 }] },
          { waitMs: 1, beganAtMs: 30, endedAtMs: 35, computeMs: 5, sent: [] },
        ],
      },
      { member: 1, device: 'b', startedAtMs: null, preparedAtMs: null, doneAtMs: null, stages: [] },
    ]);
  });

  it('shifts a block to the left that would begin a stage before its strips were computed', () => {
    const trace = new GangTrace();
    trace.formed(formed(1), 0);
    // The way of the first result took 30 ms longer than that of the second.
    trace.blockDone(0, times([stage(2, 10, [1]), stage(15, 20)]), 60);
    trace.blockDone(1, times([stage(2, 9, [0]), stage(11, 20)]), 30);
    const [{ blocks, endedAtMs }] = trace.document() as [ReturnType<GangTrace['document']>[number]];
    expect(endedAtMs).toBe(30);
    expect(
      blocks.map(({ startedAtMs }) => startedAtMs),
      'by as little as possible',
    ).toEqual([11, 10]);
    expect(blocks[1]!.stages[1]!.beganAtMs).toBe(blocks[0]!.stages[0]!.endedAtMs);
  });

  it('keeps earlier gangs with the reason why they ended', () => {
    const trace = new GangTrace();
    trace.formed(formed(1), 0);
    trace.blockDone(1, times([stage(2, 9), stage(11, 20)]), 30);
    trace.ended({ reason: 'lost', device: 'a', detail: 'device a was lost' }, 50);
    trace.blockDone(0, times([stage(2, 9), stage(11, 20)]), 60);
    trace.formed(formed(2, ['b']), 51);
    trace.blockDone(0, times([stage(2, 9), stage(11, 20)]), 90);
    trace.ended({ reason: 'rerun', device: null, detail: 'too late to count' }, 95);
    expect(trace.document()).toMatchObject([
      { attempt: 1, endedAtMs: 50, end: { reason: 'lost', device: 'a' }, blocks: [{ stages: [] }, { doneAtMs: 30 }] },
      { attempt: 2, endedAtMs: 90, end: null, bands: { rows: [0, 1] } },
    ]);
  });

  it('is bounded', () => {
    const trace = new GangTrace();
    for (let attempt = 1; attempt <= 40; attempt++) trace.formed(formed(attempt), attempt);
    expect(trace.document().map(({ attempt }) => attempt)).toEqual(Array.from({ length: 16 }, (_, i) => 25 + i));
  });
});
