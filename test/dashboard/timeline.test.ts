import { describe, expect, it } from 'vitest';
import type { FrameTrace, TileTrace } from '../../dashboard/src/contract-types.js';
import { axisTicks } from '../../dashboard/src/views/frame/axis-ticks.js';
import { chromeTrace } from '../../dashboard/src/views/frame/chrome-trace.js';
import { gangTimelineOf } from '../../dashboard/src/views/frame/gang-timeline.js';
import { timelineOf } from '../../dashboard/src/views/frame/timeline.js';
import { aCompleteFrame, minute } from './contract-examples.js';

function traced(tile: number, device: string | null, acceptedAtMs: number | null, computeMs = 10): TileTrace {
  return {
    ...{ tile, device, acceptedAtMs, computeMs, state: 'done', attempt: 1, waitMs: 5, transferMs: 0, overlapMs: 2 },
    ...{ inputBytes: 0, overlapBytes: 0, resultBytes: 1, controlBytes: 0, macs: 1 },
    history: [{ atMs: 1, event: 'queued', device: 'e0', attempt: 1 }],
  };
}

const trace: FrameTrace = {
  frame: 'a-1',
  source: 'e0',
  strategy: 'ftp-wst-s',
  createdAt: minute(1),
  bytes: { picture: 0, frame: 0, input: 0, overlap: 0, result: 0, control: 0 },
  macs: { executed: 3, needed: 3 },
  tiles: [traced(0, 'e0', 30), traced(1, 'e0', 40), traced(2, 'e0', 60), traced(3, null, null)],
};

describe('the timeline', () => {
  it('lays phases backward from where the output was accepted', () => {
    const [bar] = timelineOf(trace).devices[0]!.rows[0]!;
    expect(bar).toMatchObject({ tile: 0, fromMs: 13, toMs: 30 });
    expect(bar!.phases).toEqual([
      { kind: 'waiting', fromMs: 13, toMs: 18 },
      { kind: 'overlap', fromMs: 18, toMs: 20 },
      { kind: 'compute', fromMs: 20, toMs: 30 },
    ]);
  });

  it('puts what runs at once into rows, as few as there need be', () => {
    const rows = timelineOf(trace).devices[0]!.rows.map((row) => row.map(({ tile }) => tile));
    expect(rows).toEqual([[0, 2], [1]]);
  });

  it('leaves out what is not done', () => {
    expect(timelineOf({ ...trace, tiles: [traced(0, null, null)] })).toEqual({ fromMs: 0, toMs: 1, devices: [] });
  });
});

/** Two members; the first gang was given up when one block was done. */
const gang: NonNullable<FrameTrace['gang']> = [1, 2].map((attempt) => {
  const stages = (shift: number, to: number) => [
    { waitMs: 0, beganAtMs: 3 + shift, endedAtMs: 10 + shift, computeMs: 6, sent: [{ to, bytes: 500 }] },
    { waitMs: 4, beganAtMs: 15 + shift, endedAtMs: 20 + shift, computeMs: 4, sent: [] },
  ];
  const done = (member: number) => ({
    ...{ member, device: `e${member}`, startedAtMs: 1 + member, preparedAtMs: 3 + member, doneAtMs: 22 + member },
    stages: stages(member, 1 - member),
  });
  const open = { member: 1, device: 'e1', startedAtMs: null, preparedAtMs: null, doneAtMs: null, stages: [] };
  const end = attempt === 1 ? { reason: 'lost' as const, device: 'e1', detail: 'device e1 was lost' } : null;
  const facts = {
    attempt,
    generation: 1,
    formedAtMs: 0,
    endedAtMs: 30,
    end,
    bands: { rows: [0, 0.5, 1], columns: [0, 1] },
  };
  return { ...facts, blocks: [done(0), attempt === 1 ? open : done(1)] };
});

describe('the timeline of gangs', () => {
  const timeline = gangTimelineOf(gang);

  it('has a row for each member, with its waits and stages one after the other', () => {
    expect(timeline).toMatchObject({ fromMs: 0, toMs: 30 });
    expect(timeline.lanes[1]!.rows.map(({ device }) => device)).toEqual(['e0', 'e1']);
    expect(timeline.lanes[1]!.rows[0]!.spans).toEqual([
      { kind: 'prepare', stage: null, fromMs: 1, toMs: 3 },
      { kind: 'compute', stage: 0, fromMs: 3, toMs: 10 },
      { kind: 'waiting', stage: 1, fromMs: 11, toMs: 15 },
      { kind: 'compute', stage: 1, fromMs: 15, toMs: 20 },
      { kind: 'result', stage: null, fromMs: 20, toMs: 22 },
    ]);
  });

  it('has a line for each body of strips, to the next stage of its reader', () => {
    expect(timeline.lanes[1]!.strips).toEqual([
      { from: 0, to: 1, stage: 0, bytes: 500, sentMs: 10, readMs: 16 },
      { from: 1, to: 0, stage: 0, bytes: 500, sentMs: 11, readMs: 15 },
    ]);
    expect(timeline.lanes[0]!.strips, 'the reader never said when it read them').toEqual([]);
  });

  it('shows a gang that was given up until then, with the reason', () => {
    const [lane] = timeline.lanes;
    expect(lane!.end).toMatchObject({ reason: 'lost', device: 'e1' });
    expect(lane!.rows[1]!.spans).toEqual([{ kind: 'ended', stage: null, fromMs: 0, toMs: 30 }]);
  });

  it('shows nothing of members that have not sent a result yet', () => {
    const open = { ...gang[0]!, endedAtMs: null, end: null };
    expect(gangTimelineOf([open]).lanes[0]!.rows[1]!.spans).toEqual([]);
  });
});

describe('the trace for Perfetto', () => {
  const { traceEvents } = chromeTrace(aCompleteFrame(1), trace);

  it('has a slice for each phase, in whole microseconds', () => {
    const slices = traceEvents.filter(({ ph }) => ph === 'X');
    expect(slices).toHaveLength(9);
    expect(slices[2]).toMatchObject({ name: 'tile 0 compute', pid: 1, tid: 0, ts: 20_000, dur: 10_000 });
  });

  it('names the blocks of a gang', () => {
    const { traceEvents } = chromeTrace(aCompleteFrame(1), { ...trace, strategy: 'gang' });
    expect(traceEvents.filter(({ ph }) => ph === 'X')[2]).toMatchObject({ name: 'block 0 compute' });
  });

  it('has the stages and waits of gangs', () => {
    const tiles = [traced(0, 'e0', 30), traced(1, 'e1', 40)];
    const slices = chromeTrace(aCompleteFrame(1), { ...trace, strategy: 'gang', gang, tiles }).traceEvents.filter(
      ({ ph }) => ph === 'X',
    );
    expect(slices).toHaveLength(5 + 1 + 5 + 5);
    expect(slices).toContainEqual({
      ...{ name: 'stage 1 waiting', ph: 'X', pid: 1, tid: 1, ts: 11_000, dur: 4_000, cat: 'waiting' },
      args: { member: 0, attempt: 2, generation: 1 },
    });
  });

  it('names its processes after the devices', () => {
    expect(traceEvents[0]).toEqual({ name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: 'e0' } });
  });
});

it('ticks are round', () => {
  expect(axisTicks(0, 197, 6)).toEqual([0, 50, 100, 150]);
  expect(axisTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
});
