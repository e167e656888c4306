import { getHeapStatistics } from 'node:v8';

/** Memory of one JavaScript thread, in bytes. */
export interface HeapUse {
  /** V8's heap as it has it from the system. */
  readonly total: number;
  /** Of it what objects take, garbage that was not collected yet included. */
  readonly used: number;
  /** Buffers that belong to objects of this heap and lie outside it: the C library allocates them. */
  readonly external: number;
}

/** Returns the memory of the thread that calls it. */
export function heapUse(): HeapUse {
  const { external_memory: external, total_heap_size: total, used_heap_size: used } = getHeapStatistics();
  return { total, used, external };
}
