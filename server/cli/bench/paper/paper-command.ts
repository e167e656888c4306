import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { DeepThingsError } from '../../../errors.js';
import { remaining } from '../../../evaluation/experiments/remaining.js';
import { machineFacts } from '../../../evaluation/hosts/machine-facts.js';
import { arithmeticOf } from '../../../evaluation/paper/arithmetic.js';
import type { Experiment, MeasuredExperiment } from '../../../evaluation/paper/experiments/experiment.js';
import { experimentsOf } from '../../../evaluation/paper/experiments/experiments.js';
import { type PaperResults, SEED } from '../../../evaluation/paper/experiments/results.js';
import { PAPER_RULES } from '../../../evaluation/paper/experiments/resume.js';
import { docsBlock, notForDocs, withDocsBlock } from '../../../evaluation/paper/page/docs-block.js';
import { failures } from '../../../evaluation/paper/page/verdict.js';
import { paperDevice } from '../../../evaluation/paper/paper-device.js';
import { describeModel } from '../../../model-files/describe-model.js';
import { EXIT_FAILED } from '../../terminal/exit-codes.js';
import { errorMark } from '../../terminal/report-error.js';
import { printLine, printNote } from '../../terminal/terminal.js';
import { Interruption } from '../../up/interruption.js';
import { modelChoice } from '../model-choice.js';
import { runExperiments } from '../results/run-experiments.js';
import { requireTestbed } from '../testbed/testbed-session.js';
import { ExperimentRunner } from './experiment-runner.js';
import { PaperFolder } from './paper-folder.js';
import { type PaperOptions, type PaperSettings, paperSettings } from './paper-options.js';

type Gathered = Pick<PaperResults, 'experiments' | 'missing' | 'notMeasured'>;

/** `deepthings bench paper`: sets the exit code to 1 when something is not as it must be. */
export async function runBenchPaper(options: PaperOptions): Promise<void> {
  const settings = paperSettings(options);
  const folder = new PaperFolder(settings.out);
  const arithmetic = arithmeticOf(await describeModel(modelChoice('yolov2', undefined)));
  const experiments = experimentsOf(settings.extent, settings.figures);
  const gathered = options.render
    ? whatIsThere(experiments, folder)
    : await runAll(experiments, folder, arithmetic.neededMacs, options.fresh ?? false);
  const results: PaperResults = {
    ...{ version: 1, createdAt: new Date().toISOString(), options: { ...options }, seed: SEED },
    ...{ figures: settings.figures, arithmetic },
    ...gathered,
  };
  folder.render(results);
  printLine(relative(process.cwd(), folder.page) || folder.page);
  const wrong = failures(results);
  for (const what of wrong) printNote(`${errorMark()} ${what}`);
  if (wrong.length > 0) process.exitCode = EXIT_FAILED;
  if (options.docs) writeDocs(results, settings, experiments);
}

/** Nothing is run: those of the earlier start's experiments that the figures are of. */
function whatIsThere(experiments: readonly Experiment[], folder: PaperFolder): Gathered {
  const wanted = new Set(experiments.map(({ id }) => id));
  const earlier = folder.earlierResults();
  return {
    experiments: folder.stored().filter(({ experiment }) => wanted.has(experiment.id)),
    notMeasured: earlier?.notMeasured ?? null,
    missing: earlier?.missing ?? [],
  };
}

async function runAll(
  experiments: readonly Experiment[],
  folder: PaperFolder,
  neededMacs: number,
  fresh: boolean,
): Promise<Gathered> {
  const notMeasured = obstacle(experiments);
  if (notMeasured !== null) printNote(`measured experiments are skipped: ${notMeasured}`);
  const possible = experiments.filter(({ kind }) => notMeasured === null || kind !== 'measured');
  const { kept, todo } = remaining(possible, fresh ? [] : folder.stored(), machineFacts(), PAPER_RULES);
  if (kept.length > 0) printNote(`${kept.length} of ${possible.length} experiments stand from an earlier start`);
  const { signal } = new Interruption(() => {});
  const calibration = kept.map(({ outcome }) => outcome).find((outcome) => outcome.kind === 'calibration')?.calibration;
  const runner = new ExperimentRunner({ paper: paperDevice(neededMacs), signal, calibration: calibration ?? null });
  const { done, missing } = await runExperiments(todo, {
    run: (one) => runner.run(one),
    keep: (one) => folder.keep(one),
    signal,
  }).finally(() => runner.end());
  const all = new Map([...kept, ...done].map((stored) => [stored.experiment.id, stored]));
  return { notMeasured, missing, experiments: experiments.flatMap(({ id }) => all.get(id) ?? []) };
}

/** Why nothing can be measured on test hosts here; null when it can, or nothing is to be. */
function obstacle(experiments: readonly Experiment[]): string | null {
  const measured = experiments.filter((one): one is MeasuredExperiment => one.kind === 'measured');
  try {
    for (const { settings } of measured) requireTestbed(settings);
    return null;
  } catch (error) {
    if (error instanceof DeepThingsError) return error.message;
    throw error;
  }
}

/** @throws DeepThingsError `DT_DOCS` for results that are not to stand there. */
function writeDocs(results: PaperResults, { extent, figures }: PaperSettings, wanted: readonly Experiment[]): void {
  const reason = notForDocs(results, { extent, figures, wanted });
  if (reason !== null) throw new DeepThingsError('DT_DOCS', `docs/evaluation.md is left as it is: ${reason}`);
  const path = join(dirname(createRequire(import.meta.url).resolve('#package')), 'docs', 'evaluation.md');
  writeFileSync(path, withDocsBlock(readFileSync(path, 'utf8'), docsBlock(results)));
  printNote('docs/evaluation.md has the tables');
}
