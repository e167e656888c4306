import { homedir } from 'node:os';
import { join } from 'node:path';
import { DeepThingsError } from '../../errors.js';

/** The environment variables that decide, as `process.env` has them. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The user's home folder; null for a user without one: HOME is not set and the system does not know the user's id. */
export function homeFolder({ HOME }: Environment): string | null {
  if (HOME !== undefined && HOME !== '') return HOME;
  try {
    return homedir() || null;
  } catch {
    return null;
  }
}

/**
 * Puts the home folder in place of `~` at the beginning of a path: only shells do so, and no shell has read a file, a
 * service's command line or what follows an equals sign.
 *
 * @throws DT_HOME_UNKNOWN for `~` of a user without a home folder.
 */
export function expandHome(path: string, env: Environment): string {
  if (path !== '~' && !path.startsWith('~/')) return path;
  const home = homeFolder(env);
  if (home !== null) return join(home, path.slice(1));
  throw new DeepThingsError(
    'DT_HOME_UNKNOWN',
    `this user has no home folder for ${path}: write the whole path, or set HOME`,
  );
}
