import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClusterConfig } from '../../config/cluster-config.js';
import { loadClusterConfig } from '../../config/load.js';
import { DeepThingsError } from '../../errors.js';
import { formatGrid } from '../../geometry/grid.js';
import { describeModel } from '../../model-files/describe-model.js';
import { candidateOf } from '../../planner/candidate.js';
import { type OneDevice, oneDevice } from '../../planner/one-device.js';
import { type Prediction, predict, type SearchResult, searchPlans, withThroughput } from '../../planner/search.js';
import { isPaperStrategy } from '../../scheduling/strategies/strategy.js';
import { oneNumber } from '../bench/list-options.js';
import { memorySize } from '../bench/testbed/testbed-options.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { formatBytes, formatCount, formatDuration } from '../terminal/quantities.js';
import { paint, printJson, printLine, printNote } from '../terminal/terminal.js';
import { type Column, right, textTable } from '../terminal/text-table.js';
import { applyPlan } from './apply-plan.js';
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

interface Advice {
  readonly found: SearchResult;
  readonly present: Prediction | null;
  readonly alone: OneDevice;
  /** Whether one device without a cluster is the best there is. */
  readonly stayAlone: boolean;
}

/** `deepthings plan --optimize`. */
export async function runOptimize(options: OptimizeOptions): Promise<void> {
  const { apply, config: file, json } = options;
  const memory = memorySize('--memory', options.memory);
  const declared = await loadClusterConfig(file);
  const model = await describeModel(declared.model);
  const cluster = await plannedCluster(declared, model, options);
  const advice = await advise(declared, cluster, {
    memory,
    seconds: oneNumber('--seconds', options.seconds, { least: 0.1, most: 3_600, whole: false }),
    top: oneNumber('--top', options.top, { least: 1, most: 100, whole: true }),
  });
  const [best] = advice.found.best;
  if (best === undefined && !advice.stayAlone) {
    const limit = memory === null ? 'in these conditions' : `within ${formatBytes(memory)} a device`;
    throw new DeepThingsError(
      'DT_PLAN_NONE',
      `no plan works ${limit}: give devices more memory, or take a smaller model`,
    );
  }
  const changes = apply && best !== undefined ? await applyPlan(file, best.candidate) : null;
  if (json) {
    printJson(documentOf(advice, cluster, changes));
    return;
  }
  printNote(`costs: ${cluster.costs.origin}`);
  printLine(describe(advice, cluster));
  if (changes !== null) printLine(`\n${changes.length === 0 ? `${file} says so already` : changes.join('\n')}`);
}

async function advise(declared: ClusterConfig, cluster: PlannedCluster, limits: SearchLimits): Promise<Advice> {
  const { memory, seconds, top } = limits;
  const { environment, settingsOf, sources } = cluster;
  const model = await describeModel(declared.model);
  const untilMs = performance.now() + 1000 * seconds;
  const progress = new ProgressLine();
  const search = searchPlans({
    ...{ model, environment, settingsOf, sources, keep: top },
    memoryBytes: memory,
    isOver: () => performance.now() > untilMs,
    onProgress: (looked, of, best) => progress.show(progressText(looked, of, best)),
  });
  let step = search.next();
  while (!step.done) {
    // Ctrl-C is heard in between.
    await nextTurn();
    step = search.next();
  }
  progress.clear();
  const { partition, schedule, wire } = declared;
  const { strategy } = schedule;
  const choice = { grid: partition.grid, depth: partition.fusedDepth, maps: wire.maps };
  const predicted = isPaperStrategy(strategy)
    ? predict(
        { environment, settingsOf },
        candidateOf(model, { ...choice, strategy }, environment.shares.length),
        sources.slice(0, 1),
      )
    : null;
  const present = predicted === null ? null : withThroughput({ settingsOf, sources }, predicted);
  const alone = oneDevice(model, environment.costs, Math.max(...environment.shares));
  const fits = memory === null || alone.bytes <= memory;
  const best = step.value.best[0];
  return {
    found: step.value,
    present,
    alone,
    stayAlone: fits && (best === undefined || alone.latencyMs <= best.latencyMs),
  };
}

function progressText(looked: number, of: number, best: Prediction | null): string {
  const far = `${looked} of ${of} plans`;
  return best === null ? far : `${far}; best so far ${nameOf(best)}: ${formatDuration(best.latencyMs)}`;
}

function nameOf({ candidate: { depth, grid, maps, strategy } }: Prediction): string {
  return `${formatGrid(grid)}, ${depth} layers, ${strategy}, ${maps}`;
}

function describe({ alone, found, present, stayAlone }: Advice, { config, environment }: PlannedCluster): string {
  const devices = formatCount(environment.shares.length, 'device');
  const looked =
    `${formatCount(found.simulated, 'plan')} of ${found.candidates} simulated, ${found.pruned} ruled out by their bounds, ` +
    `${found.tooLarge} by memory${found.cutShort ? '; time was up (--seconds)' : ''}`;
  const columns = ['latency', 'frames/s', 'memory', 'bytes', 'MACs'].map(right);
  const rows = found.best.map((prediction) => [...choiceCells(prediction), ...figures(prediction), prediction.limit]);
  const others = [
    ...(present === null ? [] : [[...choiceCells(present), ...figures(present), `as ${config.file} has it`]]),
    [
      '1x1',
      '',
      'one device',
      '',
      formatDuration(alone.latencyMs),
      alone.framesPerSecond.toFixed(2),
      formatBytes(Math.round(alone.bytes)),
      '',
      '',
      'no cluster',
    ],
  ];
  const titles: readonly Column[] = [{ title: 'grid' }, right('layers'), { title: 'strategy' }, { title: 'maps' }];
  const table = textTable([...titles, ...columns, { title: 'most of the time goes to' }], [...rows, ...others]);
  return `${paint(process.stdout, 'bold', headline(found.best[0], alone, stayAlone))} (${devices}; ${looked})\n\n${table}`;
}

function headline(best: Prediction | undefined, alone: OneDevice, stayAlone: boolean): string {
  if (stayAlone) {
    const than = best === undefined ? '' : `, which the best plan takes ${formatDuration(best.latencyMs)} for`;
    return `Stay on one device: a frame takes it ${formatDuration(alone.latencyMs)}${than}`;
  }
  const gain = (alone.latencyMs / best!.latencyMs).toFixed(1);
  return `${nameOf(best!)}: a frame takes ${formatDuration(best!.latencyMs)}, ${gain} times faster than one device alone`;
}

function choiceCells({ candidate: { depth, grid, maps, strategy } }: Prediction): readonly string[] {
  return [formatGrid(grid), String(depth), strategy, maps];
}

function figures(prediction: Prediction): readonly string[] {
  const { bytesPerFrame, candidate, framesPerSecond, latencyMs, macsRatio } = prediction;
  const memory = formatBytes(Math.round(candidate.deviceBytes));
  return [
    formatDuration(latencyMs),
    framesPerSecond.toFixed(2),
    memory,
    formatBytes(Math.round(bytesPerFrame)),
    macsRatio.toFixed(2),
  ];
}

function documentOf(
  { alone, found, present, stayAlone }: Advice,
  { costs, environment }: PlannedCluster,
  changes: readonly string[] | null,
) {
  const { best, ...search } = found;
  return {
    stayOnOneDevice: stayAlone,
    devices: environment.shares.length,
    costs: costs.origin,
    best: best.map(plain),
    present: present === null ? null : plain(present),
    oneDevice: alone,
    search,
    ...(changes !== null && { changes }),
  };
}

function plain({ candidate, limit, ...figures }: Prediction) {
  const { depth, deviceBytes, grid, maps, strategy } = candidate;
  return { grid: formatGrid(grid), fusedDepth: depth, strategy, maps, ...figures, deviceBytes, limit };
}
