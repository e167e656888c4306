import { open, readFile, rm } from 'node:fs/promises';
import { DeepThingsError } from '../../../errors.js';
import { isAlive } from '../../../node/is-alive.js';

/**
 * Holds `<target>.lock` so that two pulls do not write into one file. One that a process left behind which is no more is
 * taken over.
 *
 * @returns what lets it go.
 * @throws DeepThingsError `DT_PULL_RUNS` when another process is at it.
 */
export async function holdPullLock(target: string): Promise<() => Promise<void>> {
  const path = `${target}.lock`;
  for (const last of [false, true]) {
    if (await create(path)) return () => rm(path, { force: true });
    const holder = await readHolder(path);
    if (last || (holder !== null && isAlive(holder))) {
      const who = holder === null ? 'another process' : `process ${holder}`;
      throw new DeepThingsError('DT_PULL_RUNS', `${who} is pulling this already; if it is not, remove ${path}`);
    }
    await rm(path, { force: true });
  }
  throw new Error('unreachable');
}

async function create(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid)).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Null when nobody is named in it. */
async function readHolder(path: string): Promise<number | null> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}
