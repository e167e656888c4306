import { left, right, type Table } from '../tables/table.js';
import type { AnyExperiment, Stored } from './stored-experiment.js';

/** The machines, versions and commits that made the experiments. */
export function provenance(experiments: readonly Stored<AnyExperiment, unknown>[]): Table {
  const groups = new Map<string, Stored<AnyExperiment, unknown>[]>();
  for (const stored of experiments) {
    const { cores, deepthings, node, processor, release } = stored.machine;
    const key = JSON.stringify([processor, cores, release, node, deepthings, stored.machine.commit]);
    groups.set(key, [...(groups.get(key) ?? []), stored]);
  }
  const rows = [...groups.values()].map((group) => {
    const { commit, cores, deepthings, memoryMiB, node, processor, release } = group[0]!.machine;
    const loads = group.map(({ machine }) => machine.load);
    const starts = group.map(({ startedAt }) => startedAt).sort();
    return [
      `${processor}, ${cores} cores, ${memoryMiB} MiB, kernel ${release}`,
      `Node.js ${node}, DeepThings ${deepthings}`,
      commit ?? 'no checkout',
      `${starts[0]} to ${starts.at(-1)}`,
      `${Math.min(...loads)} to ${Math.max(...loads)}`,
      `${group.length}`,
    ];
  });
  return {
    title: 'What made it',
    columns: [
      ...[left('machine'), left('versions'), left('commit'), left('begun'), left('load meanwhile')],
      right('experiments'),
    ],
    rows,
  };
}
