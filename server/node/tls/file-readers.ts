import { statSync } from 'node:fs';

/**
 * What to say when others on this machine can read a secret; null when they cannot.
 *
 * @param what the secret, in words.
 */
export function readersRemark(file: string, what: string): string | null {
  const mode = statSync(file).mode & 0o777;
  // Windows has no such modes.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return null;
  const may = mode.toString(8).padStart(3, '0');
  return `others on this machine can read ${what} (mode ${may}): "chmod 600 ${file}" keeps it from them`;
}
