import { readdirSync } from 'node:fs';
import type { DeepThingsClient } from '../../../client/client.js';
import { threadCpuSeconds } from '../../compute/system-thread.js';
import { THREAD_METRIC, THREADS, type ThreadName } from '../../node/observe/cpu-counter.js';

/** Milliseconds of CPU time by thread. */
export type ThreadTimes = Readonly<Record<ThreadName, number>>;

/** A node's process and its threads, as the system numbers them. */
export interface ProcessThreads {
  readonly process: number;
  readonly main: number;
  readonly compute: number;
}

const LINE = new RegExp(`^${THREAD_METRIC}\\{(?:[^}]*,)?thread="(\\w+)"[^}]*\\} (\\d+)$`, 'gm');

/** @returns null when the node does not say. */
export async function threadsOf(client: DeepThingsClient, process: number): Promise<ProcessThreads | null> {
  const { bytes } = await client.call('getMetrics');
  const ids = new Map([...new TextDecoder().decode(bytes).matchAll(LINE)].map(([, name, id]) => [name, Number(id)]));
  const [main, compute] = [ids.get('main'), ids.get('compute')];
  return main === undefined || compute === undefined ? null : { process, main, compute };
}

/** What a node's threads have used so far: asked of the system, since asking the node would cost it what is measured. */
export function threadTimes({ compute, main, process }: ProcessThreads): ThreadTimes {
  const msOf = (thread: number) => 1000 * (threadCpuSeconds(thread, process) ?? 0);
  const all = readdirSync(`/proc/${process}/task`).reduce((sum, thread) => sum + msOf(Number(thread)), 0);
  const [mainMs, computeMs] = [msOf(main), msOf(compute)];
  return { main: mainMs, compute: computeMs, other: Math.max(0, all - mainMs - computeMs) };
}

export function timesOf(of: (thread: ThreadName) => number): ThreadTimes {
  return Object.fromEntries(THREADS.map((thread) => [thread, of(thread)])) as Record<ThreadName, number>;
}

export function usedSince(before: ThreadTimes, after: ThreadTimes): ThreadTimes {
  return timesOf((thread) => Math.max(0, after[thread] - before[thread]));
}
