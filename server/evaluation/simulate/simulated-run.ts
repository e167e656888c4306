import { performance } from 'node:perf_hooks';
import { formatGrid } from '../../geometry/grid.js';
import { sourcesOf } from '../../simulation/arrivals.js';
import type { FrameBytes, SimulatedFrame } from '../../simulation/gateway/simulated-frame.js';
import { simulate } from '../../simulation/simulate.js';
import type { SimulationSettings } from '../../simulation/simulation-settings.js';
import { median } from '../statistics/statistics.js';

/** What a simulated cluster did, as `bench testbed` reports what a real one did, and how busy everything was. */
export interface SimulatedRun {
  /** As a benchmark names it: `gang:3` for gangs of three devices. */
  readonly strategy: string;
  readonly devices: number;
  readonly grid: string;
  readonly sources: number;
  readonly frames: number;
  /** Frames that failed; medians are of those that are complete. */
  readonly failed: number;
  /** Frames of cameras that newer ones replaced. */
  readonly dropped: number;
  /** Median, from the letterboxed picture at the source to the fused stack's merged output; null when all failed. */
  readonly fusedSeconds: number | null;
  /** From the first letterboxed picture at its source to the last merged output. */
  readonly fusedSpanSeconds: number | null;
  /** Median, from the submitted picture to the detections. */
  readonly endToEndSeconds: number | null;
  readonly framesPerSecond: number;
  /** Medians of bodies, as the frames' traces count them. */
  readonly wireBytesPerFrame: FrameBytes;
  /** Headers and all that is said beside the frames. */
  readonly headerBytesPerFrame: number;
  /** Multiply-accumulates executed over needed. */
  readonly macsRatio: number;
  readonly spanSeconds: number;
  readonly utilisation: {
    readonly nodes: Readonly<Record<string, number>>;
    readonly links: Readonly<Record<string, number>>;
  };
  readonly events: number;
  /** Of the simulator, on this machine. */
  readonly eventsPerSecond: number;
}

export function simulatedRun(settings: SimulationSettings): SimulatedRun {
  const startedMs = performance.now();
  const { frames, headerBytes, events, links, neededMacs, nodes, spanMs } = simulate(settings);
  const tookMs = performance.now() - startedMs;
  const complete = frames.filter(({ state }) => state === 'complete');
  const dropped = frames.filter(({ state }) => state === 'dropped').length;
  const middle = (of: (frame: SimulatedFrame) => number) => (complete.length === 0 ? null : median(complete.map(of)));
  const firstMs = Math.min(...complete.map(({ sourcedMs }) => sourcedMs!));
  const lastMs = Math.max(...complete.map(({ mergedMs }) => mergedMs!));
  const { arrivals } = settings;
  return {
    strategy: settings.members === undefined ? settings.strategy : `${settings.strategy}:${settings.members}`,
    devices: settings.devices.length,
    grid: formatGrid(settings.plan.grid),
    sources: sourcesOf(arrivals).length,
    frames: frames.length,
    failed: frames.length - complete.length - dropped,
    dropped,
    fusedSeconds: middle(({ mergedMs, sourcedMs }) => (mergedMs! - sourcedMs!) / 1000),
    fusedSpanSeconds: complete.length === 0 ? null : (lastMs - firstMs) / 1000,
    endToEndSeconds: middle(({ endedMs, submittedMs }) => (endedMs! - submittedMs) / 1000),
    framesPerSecond: (1000 * complete.length) / spanMs,
    wireBytesPerFrame: {
      frame: middle(({ bytes }) => bytes.frame) ?? 0,
      input: middle(({ bytes }) => bytes.input) ?? 0,
      overlap: middle(({ bytes }) => bytes.overlap) ?? 0,
      result: middle(({ bytes }) => bytes.result) ?? 0,
      control: middle(({ bytes }) => bytes.control) ?? 0,
      picture: middle(({ bytes }) => bytes.picture) ?? 0,
    },
    headerBytesPerFrame: headerBytes / Math.max(1, frames.length),
    macsRatio: (middle(({ macs }) => macs) ?? 0) / neededMacs,
    spanSeconds: spanMs / 1000,
    utilisation: {
      nodes: Object.fromEntries(nodes.map(({ node, utilisation }) => [node, utilisation])),
      links: Object.fromEntries(links.map(({ link, busyMs }) => [link, busyMs / spanMs])),
    },
    events,
    eventsPerSecond: Math.round((1000 * events) / Math.max(1e-3, tookMs)),
  };
}
