import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { DeepThingsError } from '../../../errors.js';
import { cellSettings, USUAL_GRID } from '../../../evaluation/cluster/cell.js';
import {
  CLUSTER_RULES,
  type ClusterExperiment,
  type MeasuredStep,
} from '../../../evaluation/cluster/cluster-experiment.js';
import { clusterExperiments } from '../../../evaluation/cluster/cluster-experiments.js';
import type { ClusterResults } from '../../../evaluation/cluster/cluster-results.js';
import { clusterFailures, notForClusterDocs } from '../../../evaluation/cluster/page/cluster-verdict.js';
import { remaining } from '../../../evaluation/experiments/remaining.js';
import { machineFacts } from '../../../evaluation/hosts/machine-facts.js';
import { EXIT_FAILED } from '../../terminal/exit-codes.js';
import { formatDuration } from '../../terminal/quantities.js';
import { errorMark } from '../../terminal/report-error.js';
import { printLine, printNote } from '../../terminal/terminal.js';
import { right, textTable } from '../../terminal/text-table.js';
import { Interruption } from '../../up/interruption.js';
import { modelChoice } from '../model-choice.js';
import { runExperiments } from '../results/run-experiments.js';
import { requireTestbed } from '../testbed/testbed-session.js';
import { ClusterFolder, writePage } from './cluster-folder.js';
import { type ClusterOptions, clusterSettings } from './cluster-options.js';
import { ClusterRunner } from './cluster-runner.js';

type Gathered = Pick<ClusterResults, 'experiments' | 'missing' | 'notMeasured'>;

/** `deepthings bench cluster`: sets the exit code to 1 when an output differs or an experiment failed. */
export async function runBenchCluster(options: ClusterOptions): Promise<void> {
  const { cells, out } = clusterSettings(options);
  const experiments = clusterExperiments(cells);
  if (options.list) {
    printLine(listOf(experiments));
    return;
  }
  const folder = new ClusterFolder(out);
  const gathered = options.render
    ? whatIsThere(experiments, folder)
    : await runAll(experiments, folder, options.fresh ?? false);
  const created = gathered.experiments
    .map(({ startedAt }) => startedAt)
    .sort()
    .at(-1);
  const { render: _render, docs: _docs, fresh: _fresh, ...asked } = options;
  const results: ClusterResults = {
    ...{ version: 1, createdAt: created ?? new Date().toISOString(), options: asked, cells },
    ...gathered,
  };
  const page = folder.render(results);
  printLine(relative(process.cwd(), page) || page);
  const wrong = clusterFailures(results);
  for (const what of wrong) printNote(`${errorMark()} ${what}`);
  if (wrong.length > 0) process.exitCode = EXIT_FAILED;
  if (options.docs) writeDocs(results);
}

function listOf(experiments: readonly ClusterExperiment[]): string {
  const time = (seconds: number) => formatDuration(1000 * seconds);
  const measured = experiments.filter((one): one is MeasuredStep => one.kind === 'measured');
  const all = experiments.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
  return textTable(
    [{ title: 'cell' }, { title: 'strategies' }, right('rounds'), right('frames a turn'), right('about')],
    [
      ...measured.map(({ cell, expectedSeconds }) => [
        ...[cell.id, cell.strategies.join(', '), String(cell.rounds), String(cell.frames), time(expectedSeconds)],
      ]),
      ['all of them, with calibrations', '', '', '', time(all)],
    ],
  );
}

function setUpOf(experiment: ClusterExperiment): string {
  return JSON.stringify(CLUSTER_RULES.setUp(experiment));
}

/** Nothing is run: the experiments of earlier starts that the cells are of, set up as they are asked for. */
function whatIsThere(experiments: readonly ClusterExperiment[], folder: ClusterFolder): Gathered {
  const wanted = new Map(experiments.map((experiment) => [experiment.id, setUpOf(experiment)]));
  const earlier = folder.earlierResults();
  return {
    experiments: folder.stored().filter(({ experiment }) => wanted.get(experiment.id) === setUpOf(experiment)),
    notMeasured: earlier?.notMeasured ?? null,
    missing: earlier?.missing.filter(({ id }) => wanted.has(id)) ?? [],
  };
}

async function runAll(
  experiments: readonly ClusterExperiment[],
  folder: ClusterFolder,
  fresh: boolean,
): Promise<Gathered> {
  const notMeasured = obstacle(experiments);
  if (notMeasured !== null) printNote(`measured cells are skipped: ${notMeasured}`);
  const possible = experiments.filter(({ kind }) => notMeasured === null || kind !== 'measured');
  const { kept, todo } = remaining(possible, fresh ? [] : folder.stored(), machineFacts(), CLUSTER_RULES);
  if (kept.length > 0) printNote(`${kept.length} of ${possible.length} experiments stand from an earlier start`);
  const { signal } = new Interruption(() => {});
  const runner = new ClusterRunner({ kept, signal, todo });
  const { done, missing } = await runExperiments(todo, {
    run: (experiment) => runner.run(experiment),
    keep: (stored) => folder.keep(stored),
    signal,
  }).finally(() => runner.end());
  const all = new Map([...kept, ...done].map((stored) => [stored.experiment.id, stored]));
  return { notMeasured, missing, experiments: experiments.flatMap(({ id }) => all.get(id) ?? []) };
}

/** Why nothing can be measured on test hosts here; null when it can. */
function obstacle(experiments: readonly ClusterExperiment[]): string | null {
  try {
    for (const experiment of experiments) {
      if (experiment.kind !== 'measured') continue;
      const { cell } = experiment;
      requireTestbed(cellSettings(cell, modelChoice(cell.model, undefined), USUAL_GRID, cell.strategies));
    }
    return null;
  } catch (error) {
    if (error instanceof DeepThingsError) return error.message;
    throw error;
  }
}

/** @throws DeepThingsError `DT_DOCS` for results that are not to stand there. */
function writeDocs(results: ClusterResults): void {
  const reason = notForClusterDocs(results);
  if (reason !== null) throw new DeepThingsError('DT_DOCS', `docs/results/cluster is left as it is: ${reason}`);
  const root = dirname(createRequire(import.meta.url).resolve('#package'));
  writePage(join(root, 'docs', 'results', 'cluster'), results);
  printNote('docs/results/cluster has the page');
}
