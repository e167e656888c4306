import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { loadClusterConfig, resolveClusterConfig } from '../../config/load.js';
import { formatGrid } from '../../geometry/grid.js';
import type { Choice } from '../../planner/candidate.js';
import { editCluster } from './cluster-edit.js';
import { lineDiff } from './line-diff.js';

/**
 * Writes a choice into a cluster.yaml, all at once or not at all: the new text is checked before it takes the file's
 * place, and read again afterwards.
 *
 * @returns the lines that changed.
 * @throws ConfigError when the file would not be right any more; it then stays as it was.
 */
export async function applyPlan(file: string, { depth, grid, maps, strategy }: Choice): Promise<readonly string[]> {
  const before = await readFile(file, 'utf8');
  const after = editCluster(before, [
    { section: 'partition', key: 'grid', value: formatGrid(grid) },
    { section: 'partition', key: 'fusedDepth', value: String(depth) },
    { section: 'schedule', key: 'strategy', value: strategy },
    { section: 'wire', key: 'maps', value: maps },
  ]);
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
