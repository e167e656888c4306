import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/**
 * `.deepthings/logs` beside the cluster file, or a temporary folder where nothing can be written there; null where nothing
 * can be written at all.
 */
export function logFolder(clusterFile: string): string | null {
  const folder = join(dirname(resolve(clusterFile)), '.deepthings', 'logs');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return temporaryFolder();
  }
}

function temporaryFolder(): string | null {
  try {
    return mkdtempSync(join(tmpdir(), 'deepthings-logs-'));
  } catch {
    return null;
  }
}
