import type { MachineFacts } from '../../hosts/machine-facts.js';
import type { Experiment } from './experiment.js';
import type { StoredExperiment } from './stored-experiment.js';

/** What is still to be done, and what stands from an earlier start. */
export interface Remaining {
  readonly todo: readonly Experiment[];
  readonly kept: readonly StoredExperiment[];
}

/**
 * An earlier start's experiments stand when the same machine, versions and commit made them and they are set up as now. A
 * checkout with changes is like no other, so nothing of it stands. With the calibration anew, all that was simulated from it
 * is done anew as well.
 */
export function remaining(
  experiments: readonly Experiment[],
  stored: readonly StoredExperiment[],
  machine: MachineFacts,
): Remaining {
  const byId = new Map(stored.map((one) => [one.experiment.id, one]));
  const stands = (experiment: Experiment) => {
    const earlier = byId.get(experiment.id);
    return earlier !== undefined && isSameMachine(earlier.machine, machine) && isSame(earlier.experiment, experiment);
  };
  const recalibrated = experiments.some((one) => one.kind === 'calibration' && !stands(one));
  const isKept = (one: Experiment) => stands(one) && !(recalibrated && one.kind === 'simulated' && one.set === 'here');
  return {
    todo: experiments.filter((one) => !isKept(one)),
    kept: experiments.filter(isKept).map(({ id }) => byId.get(id)!),
  };
}

/** Whether two runs can be laid side by side: all but the load and what it was started on at the time. */
export function isSameMachine(one: MachineFacts, other: MachineFacts): boolean {
  if (one.commit?.endsWith('+') || other.commit?.endsWith('+')) return false;
  const facts = ['processor', 'cores', 'memoryMiB', 'release', 'node', 'deepthings', 'commit'] as const;
  return facts.every((fact) => one[fact] === other[fact]);
}

/** How long it is expected to take is no part of an experiment, nor which figures it is for. */
function isSame(one: Experiment, other: Experiment): boolean {
  return JSON.stringify(setUp(one)) === JSON.stringify(setUp(other));
}

function setUp({ expectedSeconds: _seconds, figures: _figures, ...experiment }: Experiment): object {
  return experiment;
}
