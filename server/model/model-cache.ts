import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { BUILT_IN_MODELS } from './registry.js';

/** The environment variables that decide, as `process.env` has them. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Where weights that were pulled are kept: `$XDG_CACHE_HOME/deepthings/models`, by default below `~/.cache`. */
export function modelCacheFolder(env: Environment): string {
  const given = env.XDG_CACHE_HOME;
  // The XDG Base Directory Specification has relative paths ignored.
  const cache = given !== undefined && isAbsolute(given) ? given : join(env.HOME ?? homedir(), '.cache');
  return join(cache, 'deepthings', 'models');
}

/** Where the weights of a built-in model belong; undefined for a model that brings its own, or none of that name. */
export function pulledWeightsPath(name: string, env: Environment): string | undefined {
  const origin = Object.hasOwn(BUILT_IN_MODELS, name) ? BUILT_IN_MODELS[name]!.weights : undefined;
  return origin?.kind === 'darknet-file' ? join(modelCacheFolder(env), origin.file) : undefined;
}

/** The same where they are there. */
export function findPulledWeights(name: string, env: Environment): string | undefined {
  const path = pulledWeightsPath(name, env);
  return path !== undefined && existsSync(path) ? path : undefined;
}
