import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

const NS_PER_SECOND = 1e9;

/** The number by which the system knows the thread that calls this; null where it does not say: only Linux does. */
export function systemThread(): number | null {
  try {
    return Number(basename(readlinkSync('/proc/thread-self')));
  } catch {
    return null;
  }
}

/** CPU time that a thread of this process has used, in seconds; null where that is not known. */
export function threadCpuSeconds(thread: number): number | null {
  try {
    return Number(readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]) / NS_PER_SECOND;
  } catch {
    return null;
  }
}
