import type { GangPlan } from '../geometry/gang/gang-plan.js';
import type { GraphCut } from '../graph/cuts.js';
import { totalMacs } from '../graph/macs.js';
import type { Network } from '../model/network.js';
import { guessMs, leastCutMs, leastMs, type PlannerEnvironment } from './bounds.js';
import type { Candidate } from './candidate.js';
import { type FusedCandidate, fusedCandidates } from './fused-candidate.js';
import { GANG_STRATEGIES, gangCandidates } from './gang-candidate.js';
import { type Prediction, predict, predictLoad, type SettingsOf } from './prediction.js';

export interface SearchOptions {
  readonly model: Network;
  /** Of gangs of all devices. */
  readonly gang: GangPlan;
  readonly environment: PlannerEnvironment;
  /** Of a device's memory; null: as much as is wanted. */
  readonly memoryBytes: number | null;
  readonly settingsOf: SettingsOf;
  /** Devices with cameras, at least one. */
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
  /** Places where tiles can end, and no plan with tiles up to there is faster than gangs, by its bound. These are not among the candidates. */
  readonly prunedCuts: number;
  /** Whether time was up before all were looked at. */
  readonly cutShort: boolean;
}

/** Times of one frame that differ by less than this share are equal: frames under load decide. */
const ALIKE = 0.05;

/**
 * Simulates candidates until the bound of all others is above the best, or time is up: gangs first, of which there are few, then the paper's
 * strategies, the most promising first.
 */
export function* searchPlans(options: SearchOptions): Generator<void, SearchResult> {
  const { environment, gang, isOver, keep, memoryBytes, onProgress, settingsOf, sources } = options;
  const devices = environment.shares.length;
  const fits = ({ deviceBytes }: Candidate) => memoryBytes === null || deviceBytes <= memoryBytes;
  const gangs = gangCandidates(gang, devices);
  let best: readonly Prediction[] = [];
  let [simulated, pruned] = [0, 0];
  const look = (candidate: Candidate, of: number) => {
    onProgress?.(simulated + pruned, of, best[0] ?? null);
    simulated++;
    const prediction = predict(settingsOf, candidate, sources[0]!);
    if (prediction !== null) best = [...best, prediction].sort((a, b) => a.latencyMs - b.latencyMs).slice(0, keep);
  };
  for (const candidate of gangs.filter(fits)) {
    if (isOver() && best.length > 0) break;
    look(candidate, gangs.length);
    yield;
  }
  const worstMs = () => (best.length < keep ? Number.POSITIVE_INFINITY : best.at(-1)!.latencyMs);
  const { cutShort: isCut, prunedCuts, queue, tooLarge } = yield* queued(options, fits, best[0]?.latencyMs ?? null);
  let cutShort = isCut;
  for (const { bound, candidate } of queue) {
    if (isOver() && best.length > 0) {
      cutShort = true;
      break;
    }
    if (bound >= worstMs()) {
      pruned++;
      continue;
    }
    look(candidate, gangs.length + queue.length);
    yield;
  }
  const unfit = tooLarge + gangs.filter((candidate) => !fits(candidate)).length;
  const loaded: Prediction[] = [];
  for (const prediction of best) {
    loaded.push(withThroughput(options, prediction));
    yield;
  }
  return {
    best: bestFirst(loaded),
    candidates: gangs.length + queue.length + tooLarge,
    ...{ simulated, tooLarge: unfit, pruned, prunedCuts, cutShort },
  };
}

interface Queue {
  /** The most promising first. */
  readonly queue: readonly { readonly candidate: FusedCandidate; readonly bound: number; readonly guess: number }[];
  readonly tooLarge: number;
  readonly prunedCuts: number;
  readonly cutShort: boolean;
}

/**
 * Lists the candidates of the paper's strategies that fit.
 *
 * @param bestMs of the gangs, null where none fits: candidates of a cut whose bound is not below are left out.
 */
function* queued(
  { environment, isOver, model }: SearchOptions,
  fits: (candidate: Candidate) => boolean,
  bestMs: number | null,
): Generator<void, Queue> {
  const queue: Queue['queue'][number][] = [];
  const macs = totalMacs(model.graph);
  let [tooLarge, prunedCuts, cutShort] = [0, 0, false];
  const isPromising = (cut: GraphCut) => {
    if (bestMs === null || leastCutMs(cut, macs, environment) < bestMs) return true;
    prunedCuts++;
    return false;
  };
  for (const candidate of fusedCandidates(model, environment.shares.length, isPromising)) {
    if (isOver() && (bestMs !== null || queue.length > 0)) {
      cutShort = true;
      break;
    }
    if (fits(candidate)) {
      queue.push({ candidate, bound: leastMs(candidate, environment), guess: guessMs(candidate, environment) });
    } else tooLarge++;
    yield;
  }
  return { queue: queue.sort((a, b) => a.guess - b.guess), tooLarge, prunedCuts, cutShort };
}

/** Of those that are about as fast as the fastest, the one with the most frames a second comes first. */
function bestFirst(predictions: readonly Prediction[]): readonly Prediction[] {
  const [fastest] = predictions;
  if (fastest === undefined) return predictions;
  const alike = predictions.filter(({ latencyMs }) => latencyMs <= (1 + ALIKE) * fastest.latencyMs);
  const most = Math.max(...alike.map(({ framesPerSecond }) => framesPerSecond));
  const [first] = alike
    .filter(({ framesPerSecond }) => framesPerSecond >= (1 - ALIKE) * most)
    .toSorted((a, b) => rankOf(a) - rankOf(b));
  return [first!, ...predictions.filter((one) => one !== first)];
}

/** Of plans that are about equally fast the lowest rank counts: exact maps, then the strategies that adapt to the load. */
function rankOf({ candidate }: Prediction): number {
  const rank = candidate.kind === 'gang' ? GANG_STRATEGIES.indexOf(candidate.strategy) : GANG_STRATEGIES.length;
  return (candidate.maps === 'f32' ? 0 : 1 + GANG_STRATEGIES.length) + rank;
}

/** Adds what the candidate does with a camera at every source. */
export function withThroughput(
  { settingsOf, sources }: Pick<SearchOptions, 'settingsOf' | 'sources'>,
  prediction: Prediction,
): Prediction {
  const load = predictLoad(settingsOf, prediction.candidate, sources);
  return { ...prediction, framesPerSecond: load?.framesPerSecond ?? 0 };
}
