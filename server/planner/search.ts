import type { Network } from '../model/network.js';
import { strategyNamed } from '../scheduling/strategies/strategies.js';
import type { Arrivals } from '../simulation/arrivals.js';
import { simulate } from '../simulation/simulate.js';
import type { SimulationSettings } from '../simulation/simulation-settings.js';
import { guessMs, leastMs, type PlannerEnvironment } from './bounds.js';
import { type Candidate, candidatesOf } from './candidate.js';

/** What a candidate is predicted to do. */
export interface Prediction {
  readonly candidate: Candidate;
  /** From the letterboxed picture at its source to the detections, one frame at a time. */
  readonly latencyMs: number;
  readonly fusedMs: number;
  /** With frames waiting at every device. */
  readonly framesPerSecond: number;
  /** Bodies of a frame: pictures, inputs, strips, results. */
  readonly bytesPerFrame: number;
  readonly macsRatio: number;
  readonly limit: Limit;
}

/** What the time of a frame is mostly spent on. */
export type Limit = 'computing' | 'the remaining layers' | 'links' | 'requests and waiting';

export interface SearchOptions {
  readonly model: Network;
  readonly environment: PlannerEnvironment;
  /** Of a device's memory; null: as much as is wanted. */
  readonly memoryBytes: number | null;
  readonly settingsOf: (candidate: Candidate, arrivals: Arrivals) => SimulationSettings;
  readonly sources: readonly string[];
  /** Whether time is up: what was found until then is the answer. */
  readonly isOver: () => boolean;
  readonly onProgress?: (looked: number, of: number, best: Prediction | null) => void;
  readonly keep: number;
}

export interface SearchResult {
  /** Best first. */
  readonly best: readonly Prediction[];
  readonly candidates: number;
  readonly simulated: number;
  /** Cut off by memory, */
  readonly tooLarge: number;
  /** and those that cannot be among the best, by their bound. */
  readonly pruned: number;
  /** Whether time was up before all were looked at. */
  readonly cutShort: boolean;
}

/** Picture bytes that the predictions assume. */
const PICTURE_BYTES = 100_000;
/** The first frames tell devices how fast links and engines are; the last one is what counts. */
const FRAMES = 3;

/** Simulates candidates, the most promising first, until the bound of all others is above the best, or time is up. */
export function* searchPlans(options: SearchOptions): Generator<void, SearchResult> {
  const { environment, isOver, keep, memoryBytes, model, onProgress, sources } = options;
  const queue: { readonly candidate: Candidate; readonly bound: number; readonly guess: number }[] = [];
  let tooLarge = 0;
  for (const candidate of candidatesOf(model, environment.shares.length)) {
    if (memoryBytes !== null && candidate.deviceBytes > memoryBytes) tooLarge++;
    else {
      queue.push({
        candidate,
        bound: leastMs(candidate, environment),
        guess: guessMs(candidate, environment),
      });
    }
    yield;
    if (isOver() && queue.length > 0) break;
  }
  queue.sort((a, b) => a.guess - b.guess);
  let best: readonly Prediction[] = [];
  let simulated = 0;
  let pruned = 0;
  let cutShort = false;
  for (const [looked, { bound, candidate }] of queue.entries()) {
    if (isOver() && best.length > 0) {
      cutShort = true;
      break;
    }
    onProgress?.(looked, queue.length, best[0] ?? null);
    const worst = best.length < keep ? Number.POSITIVE_INFINITY : best.at(-1)!.latencyMs;
    if (bound >= worst) {
      pruned++;
      continue;
    }
    simulated++;
    const prediction = predict(options, candidate, sources.slice(0, 1));
    if (prediction !== null) best = [...best, prediction].sort((a, b) => a.latencyMs - b.latencyMs).slice(0, keep);
    yield;
  }
  const candidates = queue.length + tooLarge;
  return {
    best: best.map((prediction) => withThroughput(options, prediction)),
    candidates,
    simulated,
    tooLarge,
    pruned,
    cutShort,
  };
}

/** @returns null when its frames fail. */
export function predict(
  { environment, settingsOf }: Pick<SearchOptions, 'environment' | 'settingsOf'>,
  candidate: Candidate,
  sources: readonly string[],
): Prediction | null {
  const arrivals: Arrivals = { kind: 'one-by-one', sources, frames: FRAMES, pictureBytes: PICTURE_BYTES };
  const { frames, links, neededMacs } = simulate(settingsOf(candidate, arrivals));
  const last = frames.at(-1)!;
  if (last.state !== 'complete') return null;
  const fusedMs = last.mergedMs! - last.sourcedMs!;
  const latencyMs = last.endedMs! - last.sourcedMs!;
  const { control: _control, picture: _picture, ...bodies } = last.bytes;
  const busiest = links.reduce((most, { busyMs }) => Math.max(most, busyMs), 0) / FRAMES;
  return {
    candidate,
    latencyMs,
    fusedMs,
    framesPerSecond: 0,
    bytesPerFrame: Object.values(bodies).reduce((sum, bytes) => sum + bytes, 0),
    macsRatio: last.macs / neededMacs,
    limit: limitOf(candidate, { fusedMs, latencyMs, busiestMs: busiest, macs: last.macs }, environment),
  };
}

/** With frames at every device, several times over. */
export function withThroughput(
  { settingsOf, sources }: Pick<SearchOptions, 'settingsOf' | 'sources'>,
  prediction: Prediction,
): Prediction {
  const frames = 2 * Math.max(4, sources.length);
  const arrivals: Arrivals = { kind: 'one-by-one', sources, frames, pictureBytes: PICTURE_BYTES };
  const { frames: all, spanMs } = simulate(settingsOf(prediction.candidate, arrivals));
  return { ...prediction, framesPerSecond: (1000 * all.filter(({ state }) => state === 'complete').length) / spanMs };
}

function limitOf(
  candidate: Candidate,
  times: { readonly fusedMs: number; readonly latencyMs: number; readonly busiestMs: number; readonly macs: number },
  { costs, shares }: PlannerEnvironment,
): Limit {
  const { busiestMs, fusedMs, latencyMs, macs } = times;
  if (latencyMs - fusedMs > fusedMs) return 'the remaining layers';
  const workers = strategyNamed(candidate.strategy).bounds.workers(candidate.plan, shares.length);
  const computingMs = macs / costs.engine.macsPerMs / shares.slice(0, workers).reduce((sum, share) => sum + share, 0);
  if (computingMs > fusedMs / 2) return 'computing';
  return busiestMs > fusedMs / 2 ? 'links' : 'requests and waiting';
}
