import { performance } from 'node:perf_hooks';
import { DeepThingsError } from '../../../errors.js';
import { type Spent, secondsLeft } from '../../../evaluation/experiments/seconds-left.js';
import type { AnyExperiment, MissingExperiment, Stored } from '../../../evaluation/experiments/stored-experiment.js';
import { machineFacts } from '../../../evaluation/hosts/machine-facts.js';
import { formatDuration } from '../../terminal/quantities.js';
import { errorMark } from '../../terminal/report-error.js';
import { printNote } from '../../terminal/terminal.js';
import { isOfTheMachine } from '../testbed/testbed-session.js';

export interface ExperimentRun<E extends AnyExperiment, Outcome> {
  readonly run: (experiment: E) => Promise<Outcome>;
  /** Called with each experiment as soon as it is done. */
  readonly keep: (stored: Stored<E, Outcome>) => void;
  /** Aborted when the command is told to stop. */
  readonly signal: AbortSignal;
}

export interface FinishedRun<E extends AnyExperiment, Outcome> {
  readonly done: readonly Stored<E, Outcome>[];
  readonly missing: readonly MissingExperiment[];
}

/**
 * Runs experiments one after the other and says how long the rest will take. One that fails costs its own results only.
 *
 * @throws DeepThingsError `DT_INTERRUPTED`, and whatever would meet every other experiment too.
 */
export async function runExperiments<E extends AnyExperiment, Outcome>(
  todo: readonly E[],
  { keep, run, signal }: ExperimentRun<E, Outcome>,
): Promise<FinishedRun<E, Outcome>> {
  const done: Stored<E, Outcome>[] = [];
  const spent: Spent[] = [];
  const missing: MissingExperiment[] = [];
  for (const [index, experiment] of todo.entries()) {
    const left = formatDuration(1000 * secondsLeft(todo.slice(index), spent));
    printNote(`[${index + 1}/${todo.length}] ${experiment.id}; about ${left} left`);
    const [machine, startedAt, startMs] = [machineFacts(), new Date().toISOString(), performance.now()];
    try {
      const outcome = await run(experiment);
      const seconds = (performance.now() - startMs) / 1000;
      const stored = { experiment, machine, startedAt, seconds, outcome };
      keep(stored);
      done.push(stored);
      spent.push({ ...experiment, seconds });
    } catch (error) {
      if (signal.aborted)
        throw new DeepThingsError('DT_INTERRUPTED', 'told to stop; the same command goes on from here');
      if (isOfTheMachine(error)) throw error;
      printNote(`${errorMark()} ${experiment.id}: ${(error as Error).message}`);
      missing.push({ id: experiment.id, reason: (error as Error).message });
    }
  }
  return { done, missing };
}
