import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { loadClusterConfig, resolveClusterConfig } from '../../config/load.js';
import { formatGrid } from '../../geometry/grid.js';
import type { Choice } from '../../planner/candidate.js';
import { type ClusterChange, editCluster } from './cluster-edit.js';
import { lineDiff } from './line-diff.js';

/**
 * Writes a choice into a cluster.yaml, all at once or not at all: the new text is checked before it takes the file's
 * place, and read again afterwards.
 *
 * @returns the lines that changed.
 * @throws ConfigError when the file would not be right any more; it then stays as it was.
 */
export async function applyPlan(file: string, choice: Choice): Promise<readonly string[]> {
  const before = await readFile(file, 'utf8');
  const after = editCluster(before, changesOf(choice));
  if (after === before) return [];
  await resolveClusterConfig(after, { file, baseDirectory: dirname(resolve(file)), env: process.env });
  // Where it is a link, the file that it leads to is written, and keeps its rights.
  const target = await realpath(file);
  const beside = `${target}.${process.pid}.new`;
  try {
    await writeFile(beside, after, { flag: 'wx', mode: (await stat(target)).mode });
    await rename(beside, target);
  } finally {
    await rm(beside, { force: true });
  }
  await loadClusterConfig(file);
  return lineDiff(before, after);
}

/** Gangs leave `partition` as it is: frames that ask for a strategy with tiles are cut by it. */
function changesOf(choice: Choice): readonly ClusterChange[] {
  const partition: readonly ClusterChange[] =
    choice.kind === 'gang'
      ? []
      : [
          { section: 'partition', key: 'grid', value: formatGrid(choice.grid) },
          { section: 'partition', key: 'fusedDepth', value: String(choice.depth) },
        ];
  return [
    ...partition,
    { section: 'schedule', key: 'strategy', value: choice.strategy },
    { section: 'wire', key: 'maps', value: choice.maps },
  ];
}
