import { createHash } from 'node:crypto';
import { isAbsolute, join, resolve } from 'node:path';
import { expandHome, homeFolder } from '../model/files/home-folder.js';
import type { Environment } from './source/environment.js';

/** What `store.path` says instead of a folder. */
export const MEMORY = 'memory';

export interface StorePathOrigin {
  /** Absolute; where paths in cluster.yaml start from. */
  readonly baseDirectory: string;
  readonly env: Environment;
}

/**
 * The absolute path of the store's folder; null when frames are kept in memory only, as `memory` says and as it is for a
 * user without a home folder.
 */
export function storePath(given: string | undefined, clusterName: string, origin: StorePathOrigin): string | null {
  if (given === MEMORY) return null;
  if (given !== undefined) return resolve(origin.baseDirectory, expandHome(given, origin.env));
  const state = stateHome(origin.env);
  return state === null ? null : join(state, 'deepthings', folderName(clusterName));
}

/** Where programs keep what is to survive a restart (XDG base directory specification, which wants it absolute). */
function stateHome(env: Environment): string | null {
  const given = env.XDG_STATE_HOME;
  if (given !== undefined && isAbsolute(given)) return given;
  const home = homeFolder(env);
  return home === null ? null : join(home, '.local', 'state');
}

/** A cluster's name as the name of a folder: names that differ give names that differ. */
function folderName(clusterName: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(clusterName)) return clusterName;
  const digest = createHash('sha256').update(clusterName).digest('hex').slice(0, 8);
  return `${clusterName.replace(/[^A-Za-z0-9_-]+/g, '-')}-${digest}`;
}
