import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { loadClusterConfig } from '../../config/load.js';
import { DeepThingsError } from '../../errors.js';
import type { Network } from '../../model/network.js';
import { describeModel } from '../../model-files/describe-model.js';
import { adviseOn } from '../../planner/advice.js';
import type { Candidate } from '../../planner/candidate.js';
import { fusedCandidate } from '../../planner/fused-candidate.js';
import { gangCandidate } from '../../planner/gang-candidate.js';
import { oneDevice } from '../../planner/one-device.js';
import { type Prediction, predict } from '../../planner/prediction.js';
import { searchPlans, withThroughput } from '../../planner/search.js';
import { isPaperStrategy } from '../../scheduling/strategies/strategy.js';
import { oneNumber } from '../bench/list-options.js';
import { memorySize } from '../bench/testbed/testbed-options.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { formatBytes, formatDuration } from '../terminal/quantities.js';
import { printJson, printLine, printNote } from '../terminal/terminal.js';
import { applyPlan } from './apply-plan.js';
import { nameOf, type Optimized, optimizedDocument, optimizedText } from './optimize-report.js';
import { type EnvironmentOptions, type PlannedCluster, plannedCluster } from './planned-cluster.js';

export interface OptimizeOptions extends EnvironmentOptions {
  readonly config: string;
  readonly memory?: string;
  readonly seconds: string;
  readonly top: string;
  readonly apply?: boolean;
  readonly json?: boolean;
}

interface SearchLimits {
  /** Bytes; null: none. */
  readonly memory: number | null;
  readonly seconds: number;
  readonly top: number;
}

/** The share of the time that the search may take: what the advice is about must be known first. */
const SEARCHING = 0.6;

/** `deepthings plan --optimize`. */
export async function runOptimize(options: OptimizeOptions): Promise<void> {
  const { apply, config: file, json } = options;
  const memory = memorySize('--memory', options.memory);
  const declared = await loadClusterConfig(file);
  const model = await describeModel(declared.model);
  const cluster = await plannedCluster(declared, model, options);
  const found = await optimize(declared, model, cluster, {
    memory,
    seconds: oneNumber('--seconds', options.seconds, { least: 0.1, most: 3_600, whole: false }),
    top: oneNumber('--top', options.top, { least: 1, most: 100, whole: true }),
  });
  const [best] = found.search.best;
  if (best === undefined && !found.stayAlone) {
    const limit = memory === null ? 'in these conditions' : `within ${formatBytes(memory)} a device`;
    throw new DeepThingsError(
      'DT_PLAN_NONE',
      `no plan works ${limit}: give devices more memory, or take a smaller model`,
    );
  }
  const changes = apply && best !== undefined ? await applyPlan(file, best.candidate) : null;
  if (json) {
    printJson(optimizedDocument(found, cluster, changes));
    return;
  }
  printNote(`costs: ${cluster.costs.origin}`);
  printLine(optimizedText(found, cluster));
  if (changes !== null) printLine(`\n${changes.length === 0 ? `${file} says so already` : changes.join('\n')}`);
}

async function optimize(
  declared: ClusterConfig,
  model: Network,
  cluster: PlannedCluster,
  { memory, seconds, top }: SearchLimits,
): Promise<Optimized> {
  const { devicesOf, environment, gangOf, settingsOf, sources } = cluster;
  const devices = environment.shares.length;
  const startedMs = performance.now();
  const isAfter = (share: number) => () => performance.now() - startedMs > 1000 * seconds * share;
  const progress = new ProgressLine();
  const search = await finish(
    searchPlans({
      ...{ model, environment, settingsOf, sources, keep: top, gang: gangOf(devices) },
      memoryBytes: memory,
      isOver: isAfter(SEARCHING),
      onProgress: (looked, of, best) => progress.show(progressText(looked, of, best)),
    }),
  );
  const best = search.best[0];
  const advice =
    best === undefined
      ? null
      : await finish(
          adviseOn({
            ...{ candidate: best.candidate, devices, devicesOf, settingsOf, sources },
            isOver: isAfter(1),
            onProgress: (done, of) => progress.show(`${done} of ${of} simulations of ${nameOf(best)}`),
          }),
        );
  progress.clear();
  const predicted = predict(settingsOf, presentCandidate(declared, model, cluster), sources[0]!);
  const alone = oneDevice(model, environment.costs, Math.max(...environment.shares));
  const fits = memory === null || alone.bytes <= memory;
  return {
    ...{ search, advice, alone },
    present: predicted === null ? null : withThroughput({ settingsOf, sources }, predicted),
    stayAlone: fits && (best === undefined || alone.latencyMs <= best.latencyMs),
  };
}

/** Runs all steps. Ctrl-C is heard in between. */
async function finish<Result>(steps: Generator<void, Result>): Promise<Result> {
  let step = steps.next();
  while (!step.done) {
    await nextTurn();
    step = steps.next();
  }
  return step.value;
}

/** Returns the plan of cluster.yaml as it is. */
function presentCandidate(
  { partition, schedule: { strategy }, wire: { maps } }: ClusterConfig,
  model: Network,
  { environment, gangOf }: PlannedCluster,
): Candidate {
  const devices = environment.shares.length;
  if (!isPaperStrategy(strategy)) return gangCandidate(gangOf(devices), { kind: 'gang', strategy, maps }, devices);
  const { fusedDepth: depth, grid } = partition;
  return fusedCandidate(model, { kind: 'fused', grid, depth, strategy, maps }, devices);
}

function progressText(looked: number, of: number, best: Prediction | null): string {
  const far = `${looked} of ${of} plans`;
  return best === null ? far : `${far}; best so far ${nameOf(best)}: ${formatDuration(best.latencyMs)}`;
}
