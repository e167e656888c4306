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

/**
 * CPU time that a thread has used, in seconds; null where that is not known.
 *
 * @param processId of its process; this one when absent.
 */
export function threadCpuSeconds(thread: number, processId: number | 'self' = 'self'): number | null {
  try {
    const text = readFileSync(`/proc/${processId}/task/${thread}/schedstat`, 'utf8');
    return Number(text.split(' ', 1)[0]) / NS_PER_SECOND;
  } catch {
    return null;
  }
}
