import { Counter, Gauge, type Registry } from 'prom-client';
import { threadCpuSeconds } from '../../compute/system-thread.js';

export const THREAD_METRIC = 'deepthings_thread_id';
/** `main` serves requests, `compute` computes layers; `other`: V8's helpers, the decoder of pictures, the file system. */
export const THREADS = ['main', 'compute', 'other'] as const;
export type ThreadName = (typeof THREADS)[number];

/** What this process has used of its processors, by thread; where threads are not told apart, all of it as `other`. */
export class CpuCounter {
  readonly #counter: Counter<'thread'>;
  readonly #ids: Gauge<'thread'>;
  #threads: Readonly<Partial<Record<ThreadName, number | null>>> = {};
  readonly #counted = new Map<ThreadName, number>();

  constructor(registry: Registry) {
    this.#counter = new Counter({
      name: 'deepthings_cpu_seconds_total',
      help: 'CPU time of the process by thread: main (requests), compute (layers), other (helpers of V8, decoding)',
      labelNames: ['thread'],
      registers: [registry],
      collect: () => this.#count(),
    });
    this.#ids = new Gauge({
      name: THREAD_METRIC,
      help: 'As the system numbers the thread, for tools such as top -H',
      labelNames: ['thread'],
      registers: [registry],
    });
  }

  /** @param threads as the system numbers them. */
  separate(threads: Readonly<Record<'main' | 'compute', number | null>>): void {
    this.#threads = threads;
    for (const name of ['main', 'compute'] as const) {
      const thread = threads[name];
      if (thread !== null) this.#ids.set({ thread: name }, thread);
    }
  }

  #count(): void {
    const { system, user } = process.cpuUsage();
    let otherSeconds = (system + user) / 1e6;
    for (const name of ['main', 'compute'] as const) {
      const thread = this.#threads[name] ?? null;
      const seconds = thread === null ? null : threadCpuSeconds(thread);
      if (seconds === null) continue;
      this.#set(name, seconds);
      otherSeconds -= seconds;
    }
    this.#set('other', otherSeconds);
  }

  /** The clocks of threads and of the process differ a little: a counter never falls. */
  #set(thread: ThreadName, seconds: number): void {
    const more = seconds - (this.#counted.get(thread) ?? 0);
    if (more < 0) return;
    this.#counter.inc({ thread }, more);
    this.#counted.set(thread, seconds);
  }
}
