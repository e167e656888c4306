import type { DeepThingsClient } from '../../client/client.js';
import { CPU_METRIC, THREADS, type ThreadName } from '../node/cpu-counter.js';

/** Milliseconds of CPU time by thread. */
export type ThreadTimes = Readonly<Record<ThreadName, number>>;

const LINE = new RegExp(`^${CPU_METRIC}\\{(?:[^}]*,)?thread="(\\w+)"[^}]*\\} (\\S+)$`, 'gm');

/** What a node's threads have used since its start. */
export async function threadTimes(client: DeepThingsClient): Promise<ThreadTimes> {
  const { bytes } = await client.call('getMetrics');
  const seconds = new Map([...new TextDecoder().decode(bytes).matchAll(LINE)].map(([, name, value]) => [name, value]));
  return timesOf((thread) => 1000 * Number(seconds.get(thread) ?? 0));
}

export function timesOf(of: (thread: ThreadName) => number): ThreadTimes {
  return Object.fromEntries(THREADS.map((thread) => [thread, of(thread)])) as Record<ThreadName, number>;
}

export function usedSince(before: ThreadTimes, after: ThreadTimes): ThreadTimes {
  return timesOf((thread) => after[thread] - before[thread]);
}
