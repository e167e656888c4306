import type { PaperResults } from '../experiments/results.js';
import { STATEMENTS } from './paper-statements.js';

/** Figure 12 of work sharing is arithmetic: more than this off the paper, and one of both is wrong. */
export const WSH_TOLERANCE = 0.01;

/** What is wrong with the results, for people; empty when nothing is. */
export function failures({ arithmetic, experiments, missing }: PaperResults): readonly string[] {
  const inexact = experiments.flatMap(({ experiment, outcome }) =>
    outcome.kind !== 'measured'
      ? []
      : outcome.reports
          .filter(({ exact }) => !exact)
          .map(
            ({ relativeDifference, strategy }) =>
              `${experiment.id}, ${strategy}: the output differs from the untiled network's by ` +
              `${relativeDifference.toExponential(1)} of the largest value`,
          ),
  );
  const { wshMiB } = arithmetic.communication;
  const off = STATEMENTS.filter(({ id }) => id.startsWith('wsh-')).flatMap(({ id, value, what }) => {
    const ours = wshMiB[id.slice('wsh-'.length)]!;
    return Math.abs(ours / value - 1) <= WSH_TOLERANCE
      ? []
      : [`${what}: ${ours.toFixed(2)} MiB, which the paper states as ${value}: more than 1 % off`];
  });
  return [...inexact, ...off, ...missing.map(({ id, reason }) => `${id}: ${reason}`)];
}
