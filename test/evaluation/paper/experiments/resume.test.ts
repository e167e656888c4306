import { describe, expect, it } from 'vitest';
import { remaining as remainingBy } from '../../../../server/evaluation/experiments/remaining.js';
import { secondsLeft } from '../../../../server/evaluation/experiments/seconds-left.js';
import type { MachineFacts } from '../../../../server/evaluation/hosts/machine-facts.js';
import type { Experiment } from '../../../../server/evaluation/paper/experiments/experiment.js';
import { experimentsOf } from '../../../../server/evaluation/paper/experiments/experiments.js';
import { FULL } from '../../../../server/evaluation/paper/experiments/extent.js';
import { PAPER_RULES } from '../../../../server/evaluation/paper/experiments/resume.js';
import type { StoredExperiment } from '../../../../server/evaluation/paper/experiments/stored-experiment.js';
import { MACHINE, stored } from '../paper-results.js';

const experiments = experimentsOf(FULL);
const all = experiments.map((experiment) => stored(experiment));
const remaining = (wanted: readonly Experiment[], there: readonly StoredExperiment[], machine: MachineFacts) =>
  remainingBy(wanted, there, machine, PAPER_RULES);
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

describe('a second start', () => {
  it('goes on where the first one stopped, whatever the load is now', () => {
    const { kept, todo } = remaining(experiments, all.slice(0, 20), { ...MACHINE, load: 3 });
    expect(kept).toEqual(all.slice(0, 20));
    expect(todo).toEqual(experiments.slice(20));
  });

  it.each([
    ['another commit', { commit: 'fedcba' }],
    ['another processor', { processor: 'another' }],
    ['another version of Node.js', { node: 'v22.0.0' }],
  ])('begins anew with %s', (_, change) => {
    expect(remaining(experiments, all, { ...MACHINE, ...change }).kept).toEqual([]);
  });

  it('takes nothing of a checkout with changes, though it be named the same', () => {
    const changed = { ...MACHINE, commit: 'abc+' };
    const theirs = experiments.map((experiment) => stored(experiment, changed));
    expect(remaining(experiments, theirs, changed).kept).toEqual([]);
  });

  it('does again what is set up otherwise, and only that', () => {
    const more = experimentsOf({ ...FULL, frames: 7 });
    const redone = ids(remaining(more, all, MACHINE).todo);
    expect(redone).toContain('frame-6-5x5');
    expect(redone).not.toContain('sources-6-5x5');
    expect(redone).not.toContain('simulated-here-frames');
  });

  it('does again what was simulated from a calibration that is made anew', () => {
    const { todo } = remaining(
      experiments,
      all.filter(({ experiment }) => experiment.kind !== 'calibration'),
      MACHINE,
    );
    const simulatedHere = ids(experiments).filter((id) => id.startsWith('simulated-here-'));
    expect(ids(todo)).toEqual(['calibration', ...simulatedHere]);
  });
});

describe('what is left', () => {
  const left = [
    { kind: 'measured', expectedSeconds: 10 },
    { kind: 'simulated', expectedSeconds: 4 },
  ] as const;

  it('is what was expected, before anything is done', () => {
    expect(secondsLeft(left, [])).toBe(14);
  });

  it('goes by what others of the same kind took', () => {
    expect(secondsLeft(left, [{ kind: 'measured', expectedSeconds: 20, seconds: 30 }])).toBe(15 + 4);
  });
});
