import { describe, expect, it } from 'vitest';
import type { MeasuredBatch } from '../../../server/evaluation/measure/measured-batch.js';
import type { MeasuredFrame } from '../../../server/evaluation/measure/measured-frame.js';
import { type ClusterFacts, reportStrategy } from '../../../server/evaluation/measure/testbed-report.js';
import type { StrategyName } from '../../../server/scheduling/strategies/strategy.js';
import { settings } from '../testbed-settings.js';

const MIB = 2 ** 20;

function frame(wanted: Partial<MeasuredFrame> = {}): MeasuredFrame {
  return {
    source: 'e0',
    fusedSeconds: 1,
    endToEndSeconds: 2,
    remainingSeconds: 0.5,
    mergedAtMs: 10_000,
    bytes: { picture: 6, frame: 5, input: 4, overlap: 3, result: 2, control: 1 },
    macsRatio: 1.5,
    retries: 0,
    tilesByDevice: { e0: 2, e1: 2 },
    difference: { absolute: 0.5, relative: 1e-6 },
    ...wanted,
  };
}

function batch(strategy: StrategyName, frames: readonly MeasuredFrame[], warmup = false): MeasuredBatch {
  const peak = (resident: number) => ({ resident: resident * MIB, anonymous: MIB, file: 2 * MIB, counted: true });
  return {
    batch: { strategy, sources: frames.map(() => 0), inTurn: false, round: 0, warmup },
    frames,
    seconds: 4,
    linkBytes: 100,
    cpu: warmup
      ? null
      : new Map([
          ['gateway', { main: 40, compute: 200, other: 10 }],
          ['e0', { main: 30, compute: 50, other: 20 }],
          ['e1', { main: 10, compute: 70, other: 6 }],
          ['e2', { main: 20, compute: 50, other: 4 }],
        ]),
    memory: new Map([
      ['e0', peak(150)],
      ['e1', peak(120)],
    ]),
  };
}

const facts: ClusterFacts = {
  settings: settings(),
  run: { devices: 2, grid: '2x2', sources: 1 },
  depth: 8,
  startSeconds: 3,
  startPeaks: new Map([['e0', 100 * MIB]]),
  usage: new Map([['e0', { peakBytes: null, oomKills: 0, cpuMs: null }]]),
  machine: {
    processor: 'any',
    cores: 2,
    memoryMiB: 1,
    release: '6',
    node: 'v20',
    deepthings: '0',
    commit: null,
    load: 0,
  },
  startedAt: '2026-11-24T00:00:00.000Z',
};

describe('a report', () => {
  it('has medians of the frames of its strategy that count', () => {
    const frames = [1, 2, 30].map((fusedSeconds) => frame({ fusedSeconds, endToEndSeconds: fusedSeconds + 1 }));
    const others = [batch('ftp-wst', [frame({ fusedSeconds: 99 })], true), batch('modnn', [frame()])];
    const report = reportStrategy('ftp-wst', [...others, ...frames.map((one) => batch('ftp-wst', [one]))], facts);
    expect(report).toMatchObject({
      strategy: 'ftp-wst',
      devices: 2,
      grid: '2x2',
      sources: 1,
      frames: 3,
      fusedSeconds: 2,
      endToEndSeconds: 3,
      framesPerSecond: 3 / 12,
      wireBytesPerFrame: { input: 4, overlap: 3, result: 2, frame: 5, control: 1, picture: 6 },
      linkBytesPerFrame: 100,
      macsRatio: 1.5,
      maxAbsDifference: 0.5,
      exact: true,
    });
  });

  it('tells a device that frames start on from one that only steals', () => {
    const report = reportStrategy('ftp-wst', [batch('ftp-wst', [frame()])], facts);
    expect(report.edgeMemory.source.residentMiB).toBe(150);
    expect(report.edgeMemory.thief?.residentMiB).toBe(120);
    expect(report.edgePeakMiB).toBe(150);
    expect(report.edgeMemory).toMatchObject({ startMiB: 100, groupMiB: null, limitMiB: null });
    const both = reportStrategy('ftp-wst', [batch('ftp-wst', [frame(), frame({ source: 'e1' })])], facts);
    expect(both.edgeMemory.thief).toBeNull();
  });

  it('tells what each kind of node used its processors for, of a frame', () => {
    const used = (frames: readonly MeasuredFrame[]) => reportStrategy('ftp-wst', [batch('ftp-wst', frames)], facts);
    expect(used([frame()]).cpuMsPerFrame).toEqual({
      gateway: { main: 40, compute: 200, other: 10 },
      source: { main: 30, compute: 50, other: 20 },
      thief: { main: 15, compute: 60, other: 5 },
    });
    const two = used([frame(), frame()]).cpuMsPerFrame;
    expect(two.gateway).toEqual({ main: 20, compute: 100, other: 5 });
    const all = [frame(), frame({ source: 'e1' }), frame({ source: 'e2' })];
    expect(used(all).cpuMsPerFrame.thief).toBeNull();
  });

  it('counts throughput over the time that frames were under way together', () => {
    const together = [frame({ mergedAtMs: 10_000 }), frame({ mergedAtMs: 13_000, fusedSeconds: 2 })];
    const report = reportStrategy('ftp-wst', [batch('ftp-wst', together)], facts);
    // From 9 s, when the first was letterboxed, to 13 s.
    expect(report.batchFusedSeconds).toBe(4);
    expect(report.fusedFramesPerSecond).toBe(0.5);
    expect(report.framesPerSecond).toBe(0.5);
  });

  it('has the ratios of its rounds to the first strategy, warm-ups left out', () => {
    const of = (strategy: StrategyName, seconds: number, warmup = false) => ({
      ...batch(strategy, [frame()], warmup),
      seconds,
    });
    // The machine is half as fast in the second round, and the order of turns differs.
    const rounds = [
      [of('whole', 6), of('gang', 2)],
      [of('gang', 5), of('whole', 10)],
      [of('whole', 8), of('gang', 2)],
    ];
    const batches = [of('whole', 90, true), of('gang', 1, true), ...rounds.flat()];
    const own = { ...facts, settings: settings({ strategies: ['whole', 'gang'] }) };
    expect(reportStrategy('whole', batches, own).ratios).toBeNull();
    const { ratios } = reportStrategy('gang', batches, own);
    expect(ratios).toMatchObject({ to: 'whole', rounds: 3, median: 3, medianLow: 2, medianHigh: 4 });
    expect(ratios!.p10).toBeCloseTo(2.2);
  });

  it('is not exact when one output differs, be it a warm-up, by what the wire allows', () => {
    const off = frame({ difference: { absolute: 1, relative: 1.5e-3 } });
    const batches = [batch('ftp-wst', [off], true), batch('ftp-wst', [frame()])];
    expect(reportStrategy('ftp-wst', batches, facts)).toMatchObject({ exact: false, relativeDifference: 1.5e-3 });
    expect(reportStrategy('ftp-wst', batches, { ...facts, settings: settings({ maps: 'f16' }) }).exact).toBe(true);
  });
});
