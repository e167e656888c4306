import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** `.deepthings/logs` beside the cluster file, or a temporary folder where nothing can be written there. */
export function logFolder(clusterFile: string): string {
  const folder = join(dirname(resolve(clusterFile)), '.deepthings', 'logs');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return mkdtempSync(join(tmpdir(), 'deepthings-logs-'));
  }
}
