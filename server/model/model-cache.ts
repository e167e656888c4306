import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { BUILT_IN_MODELS } from './built-in/registry.js';
import { homeFolder } from './files/home-folder.js';

/** The environment variables that decide, as `process.env` has them. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where weights that were pulled are kept: `$XDG_CACHE_HOME/deepthings/models`, by default below `~/.cache`. Null for a
 * user without a home folder.
 */
export function modelCacheFolder(env: Environment): string | null {
  const given = env.XDG_CACHE_HOME;
  // The XDG Base Directory Specification has relative paths ignored.
  if (given !== undefined && isAbsolute(given)) return join(given, 'deepthings', 'models');
  const home = homeFolder(env);
  return home === null ? null : join(home, '.cache', 'deepthings', 'models');
}

/**
 * Where the weights of a built-in model belong; undefined for a model that brings its own, one of no such name, and for a
 * user without a home folder.
 */
export function pulledWeightsPath(name: string, env: Environment): string | undefined {
  const origin = Object.hasOwn(BUILT_IN_MODELS, name) ? BUILT_IN_MODELS[name]!.weights : undefined;
  const folder = modelCacheFolder(env);
  return origin?.kind === 'darknet-file' && folder !== null ? join(folder, origin.file) : undefined;
}

/** The same where they are there. */
export function findPulledWeights(name: string, env: Environment): string | undefined {
  const path = pulledWeightsPath(name, env);
  return path !== undefined && existsSync(path) ? path : undefined;
}
