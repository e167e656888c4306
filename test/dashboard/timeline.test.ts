import { describe, expect, it } from 'vitest';
import type { FrameTrace, TileTrace } from '../../dashboard/src/contract-types.js';
import { axisTicks } from '../../dashboard/src/views/frame/axis-ticks.js';
import { chromeTrace } from '../../dashboard/src/views/frame/chrome-trace.js';
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

  it('names its processes after the devices', () => {
    expect(traceEvents[0]).toEqual({ name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: 'e0' } });
  });
});

it('ticks are round', () => {
  expect(axisTicks(0, 197, 6)).toEqual([0, 50, 100, 150]);
  expect(axisTicks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
});
