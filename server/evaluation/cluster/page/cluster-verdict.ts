import { isSameMachine } from '../../hosts/machine-facts.js';
import type { ClusterResults } from '../cluster-results.js';

/** What is wrong with the results, for people; empty when nothing is. */
export function clusterFailures({ experiments, missing }: ClusterResults): readonly string[] {
  const inexact = experiments.flatMap(({ experiment, outcome }) =>
    outcome.kind !== 'measured'
      ? []
      : outcome.reports
          .filter(({ exact }) => !exact)
          .map(({ strategy }) => `${experiment.id}, ${strategy}: the output differs from the untiled network's`),
  );
  return [...inexact, ...missing.map(({ id, reason }) => `${id}: ${reason}`)];
}

/** Why these results are not to stand in the documentation; null when they may. Cells may be missing: the page names them. */
export function notForClusterDocs(results: ClusterResults): string | null {
  const { experiments, notMeasured } = results;
  if (notMeasured !== null) return `nothing was measured: ${notMeasured}`;
  const [first] = experiments.filter(({ outcome }) => outcome.kind === 'measured');
  if (first === undefined) return 'no cell was measured';
  const wrong = clusterFailures({ ...results, missing: [] });
  if (wrong.length > 0) return wrong[0]!;
  return experiments.every(({ machine }) => isSameMachine(machine, first.machine))
    ? null
    : 'they are of several machines or commits, or of a checkout with changes';
}
