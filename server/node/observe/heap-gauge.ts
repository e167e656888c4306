import { Gauge, type Registry } from 'prom-client';
import { type HeapUse, heapUse } from '../../compute/heap-use.js';

export const HEAP_METRIC = 'deepthings_heap_bytes';

/** Shows the JavaScript memory of a node by thread, at each look: what else a process has is native. */
export class HeapGauge {
  #compute: (() => HeapUse) | null = null;

  constructor(registry: Registry) {
    const gauge: Gauge<'thread' | 'what'> = new Gauge({
      name: HEAP_METRIC,
      help: 'JavaScript memory by thread, main and compute (after its latest task): total, used of that, external buffers',
      labelNames: ['thread', 'what'],
      registers: [registry],
      collect: () => {
        const show = (thread: string, use: HeapUse) => {
          for (const what of ['total', 'used', 'external'] as const) gauge.set({ thread, what }, use[what]);
        };
        show('main', heapUse());
        if (this.#compute !== null) show('compute', this.#compute());
      },
    });
  }

  /** @param compute says what the compute thread has. */
  watchCompute(compute: () => HeapUse): void {
    this.#compute = compute;
  }
}
