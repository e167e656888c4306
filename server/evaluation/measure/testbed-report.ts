import { GATEWAY_ID } from '../../config/defaults.js';
import type { GroupUsage } from '../hosts/control-groups.js';
import type { MachineFacts } from '../hosts/machine-facts.js';
import { spreadOf } from '../statistics/spread.js';
import { median } from '../statistics/statistics.js';
import type { BenchStrategy } from './bench-strategy.js';
import { timesOf } from './cpu-profile.js';
import { type Phase, type PhaseReport, phaseOf, reportPhase } from './disturbance/disturbance.js';
import { TOLERANCE } from './map-difference.js';
import type { MeasuredBatch } from './measured-batch.js';
import { fusedSpanSeconds, type MeasuredFrame } from './measured-frame.js';
import type { MemoryPeaks } from './memory-watch.js';
import { roundRatios } from './round-ratios.js';
import { type ClusterRun, countedRounds, deviceCpu, type TestbedSettings } from './run-matrix.js';

/** The most of all processes of a kind, in MiB. */
export interface EdgeMemory {
  readonly residentMiB: number;
  readonly anonymousMiB: number;
  readonly fileMiB: number;
}

/** What is the same for every strategy of a cluster. */
export interface ClusterFacts {
  readonly settings: TestbedSettings;
  readonly run: ClusterRun;
  readonly depth: number;
  /** From the first process to all nodes ready. */
  readonly startSeconds: number;
  /** Most resident memory of each device while it started, bytes. */
  readonly startPeaks: ReadonlyMap<string, number>;
  /** Of each device's control group since its start, with every strategy. */
  readonly usage: ReadonlyMap<string, GroupUsage>;
  readonly machine: MachineFacts;
  readonly startedAt: string;
}

const MIB = 2 ** 20;
const BYTE_KINDS = ['input', 'overlap', 'result', 'frame', 'control', 'picture'] as const;

export type StrategyReport = ReturnType<typeof reportStrategy>;

/** One object of `deepthings bench testbed --json`: a strategy on a cluster. Times are medians over frames. */
export function reportStrategy(strategy: BenchStrategy, batches: readonly MeasuredBatch[], facts: ClusterFacts) {
  const { depth, machine, run, settings, startPeaks, startSeconds, startedAt, usage } = facts;
  const counted = batches.filter(({ batch }) => batch.strategy === strategy && !batch.warmup);
  const every = batches.filter(({ batch }) => batch.strategy === strategy).flatMap(({ frames }) => frames);
  const frames = counted.flatMap((batch) => batch.frames);
  const of = (value: (frame: MeasuredFrame) => number) => frames.map(value);
  const fused = of(({ fusedSeconds }) => fusedSeconds);
  const endToEnd = of(({ endToEndSeconds }) => endToEndSeconds);
  const memory = edgeMemory(counted);
  const compared = every.flatMap(({ difference }) => difference ?? []);
  const relativeDifference = Math.max(...compared.map(({ relative }) => relative));
  const seconds = counted.reduce((sum, batch) => sum + batch.seconds, 0);
  const fusedSeconds = counted.reduce((sum, batch) => sum + fusedSpanSeconds(batch.frames), 0);
  return {
    strategy,
    devices: run.devices,
    grid: run.grid,
    sources: run.sources,
    frames: frames.length,
    fusedSeconds: median(fused),
    endToEndSeconds: median(endToEnd),
    framesPerSecond: frames.length / seconds,
    wireBytesPerFrame: Object.fromEntries(
      BYTE_KINDS.map((kind) => [kind, median(of(({ bytes }) => bytes[kind]))]),
    ) as Record<(typeof BYTE_KINDS)[number], number>,
    macsRatio: median(of(({ macsRatio }) => macsRatio)),
    edgePeakMiB: Math.max(memory.source.residentMiB, memory.thief?.residentMiB ?? 0),
    maxAbsDifference: Math.max(...compared.map(({ absolute }) => absolute)),
    relativeDifference,
    exact: relativeDifference <= TOLERANCE[settings.maps],
    remainingSeconds: median(of(({ remainingSeconds }) => remainingSeconds)),
    batchSeconds: median(counted.map((batch) => batch.seconds)),
    batchFusedSeconds: median(counted.map((batch) => fusedSpanSeconds(batch.frames))),
    fusedFramesPerSecond: frames.length / fusedSeconds,
    cpuMsPerFrame: cpuMsPerFrame(counted),
    linkBytesPerFrame: counted.reduce((sum, { linkBytes }) => sum + linkBytes, 0) / frames.length,
    retries: of(({ retries }) => retries).reduce((sum, value) => sum + value, 0),
    ratios: roundRatios(strategy, settings.strategies[0]!, batches),
    spread: { fusedSeconds: spreadOf(fused), endToEndSeconds: spreadOf(endToEnd) },
    edgeMemory: {
      ...memory,
      startMiB: toMiB(Math.max(...startPeaks.values())),
      groupMiB: mostOf([...usage.values()].map(({ peakBytes }) => peakBytes)),
      limitMiB: settings.memoryBytes === null ? null : toMiB(settings.memoryBytes),
    },
    model: settings.model,
    depth,
    maps: settings.maps,
    cpu: deviceCpu(settings, run.devices),
    gatewayCpu: settings.gatewayCpu,
    linkMbps: settings.linkBitsPerSecond === null ? null : settings.linkBitsPerSecond / 1e6,
    sections: settings.sections,
    warmup: settings.warmup,
    atOnce: settings.atOnce,
    startSeconds,
    startedAt,
    machine,
    disturbance: settings.disturbance,
    phases: settings.disturbance === null ? null : phasesOf(counted),
    samples: counted.map((batch) => ({
      seconds: batch.seconds,
      fusedSeconds: fusedSpanSeconds(batch.frames),
      linkBytes: batch.linkBytes,
      frames: batch.frames.map(({ mergedAtMs: _, ...frame }) => frame),
    })),
  };
}

/** Before, during and after the disturbance. */
function phasesOf(counted: readonly MeasuredBatch[]): Readonly<Record<Phase, PhaseReport>> {
  const rounds = countedRounds(counted.map(({ batch }) => batch));
  const of = (phase: Phase) =>
    reportPhase(
      counted
        .filter(({ batch }) => phaseOf(batch.round, rounds) === phase)
        .flatMap(({ frames }) => frames.map(({ endToEndSeconds }) => endToEndSeconds)),
    );
  return { before: of('before'), during: of('during'), after: of('after') };
}

/** Devices that frames started on, apart from those that only stole. */
function edgeMemory(batches: readonly MeasuredBatch[]): { source: EdgeMemory; thief: EdgeMemory | null } {
  const sources = new Set(batches.flatMap(({ frames }) => frames.map(({ source }) => source)));
  const peaks = batches.flatMap(({ memory }) => [...memory]);
  const of = (isSource: boolean) => peaks.filter(([id]) => sources.has(id) === isSource).map(([, peak]) => peak);
  const thieves = of(false);
  return { source: mostMemory(of(true)), thief: thieves.length === 0 ? null : mostMemory(thieves) };
}

/** What a node of each kind uses for a frame of the cluster: the mean of those of its kind, the median over batches. */
function cpuMsPerFrame(batches: readonly MeasuredBatch[]) {
  const profiles = batches.flatMap(({ cpu, frames }) => {
    if (cpu === null) return [];
    const sources = new Set(frames.map(({ source }) => source));
    const kindOf = (id: string) => (id === GATEWAY_ID ? 'gateway' : sources.has(id) ? 'source' : 'thief');
    const of = (kind: string) => {
      const times = [...cpu].filter(([id]) => kindOf(id) === kind).map(([, used]) => used);
      if (times.length === 0) return null;
      return timesOf((name) => times.reduce((sum, used) => sum + used[name], 0) / times.length / frames.length);
    };
    return [{ gateway: of('gateway'), source: of('source'), thief: of('thief') }];
  });
  const middle = (kind: 'gateway' | 'source' | 'thief') => {
    const known = profiles.map((profile) => profile[kind]).filter((times) => times !== null);
    return known.length === 0 ? null : timesOf((name) => median(known.map((times) => times[name])));
  };
  return { gateway: middle('gateway'), source: middle('source'), thief: middle('thief') };
}

function mostMemory(peaks: readonly MemoryPeaks[]): EdgeMemory {
  const most = (value: (peak: MemoryPeaks) => number) => toMiB(Math.max(...peaks.map(value)));
  return {
    residentMiB: most(({ resident }) => resident),
    anonymousMiB: most(({ anonymous }) => anonymous),
    fileMiB: most(({ file }) => file),
  };
}

function mostOf(bytes: readonly (number | null)[]): number | null {
  const known = bytes.filter((value) => value !== null);
  return known.length === 0 ? null : toMiB(Math.max(...known));
}

/** To a tenth. */
function toMiB(bytes: number): number {
  return Math.round((bytes / MIB) * 10) / 10;
}
