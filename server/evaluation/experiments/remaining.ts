import { isSameMachine, type MachineFacts } from '../hosts/machine-facts.js';
import type { AnyExperiment, Stored } from './stored-experiment.js';

/** What is still to be done, and what stands from an earlier start. */
export interface Remaining<E, S> {
  readonly todo: readonly E[];
  readonly kept: readonly S[];
}

/** What an evaluation knows of its experiments. */
export interface ExperimentRules<E> {
  /** What makes an experiment another one: how long it is expected to take does not. */
  readonly setUp: (experiment: E) => object;
  /** Ids of the experiments whose outcome it uses; they come before it. */
  readonly uses: (experiment: E) => readonly string[];
}

/**
 * An earlier start's experiments stand when the same machine, versions and commit made them and they are set up as now. A
 * checkout with changes is like no other, so nothing of it stands. An experiment that uses one which is done again is done again too.
 */
export function remaining<E extends AnyExperiment, S extends Stored<E, unknown>>(
  experiments: readonly E[],
  stored: readonly S[],
  machine: MachineFacts,
  { setUp, uses }: ExperimentRules<E>,
): Remaining<E, S> {
  const byId = new Map(stored.map((one) => [one.experiment.id, one]));
  const isSame = (one: E, other: E) => JSON.stringify(setUp(one)) === JSON.stringify(setUp(other));
  const again = new Set<string>();
  const todo: E[] = [];
  const kept: S[] = [];
  for (const experiment of experiments) {
    const earlier = byId.get(experiment.id);
    const stands =
      earlier !== undefined &&
      isSameMachine(earlier.machine, machine) &&
      isSame(earlier.experiment, experiment) &&
      !uses(experiment).some((id) => again.has(id));
    if (stands) {
      kept.push(earlier);
    } else {
      todo.push(experiment);
      again.add(experiment.id);
    }
  }
  return { todo, kept };
}
