/**
 * How a node's process goes about memory. A node copies much and keeps little: with what Node and the C library do by
 * themselves, memory that is free again stays with the process (docs/evaluation.md, "Memory").
 * `deepthings` itself is started with the same, by its first line; a node that was started otherwise runs itself again with
 * them (`server/cli/memory-rerun.ts`).
 */
export const MEMORY_SETTINGS = {
  /**
   * V8 collects garbage on the thread that made it: with helpers, who have to be waited for where all processors are busy,
   * the same collections took twice as long (docs/evaluation.md, "Memory").
   *
   * MiB of V8's young generation, of which it has three: its usual 16 fill up between two collections. And the whole heap is
   * collected when it has doubled: a node that mostly waits would come down to a tenth more, and collect at every second frame.
   */
  nodeArguments: ['--single-threaded-gc', '--max-semi-space-size=2', '--heap-growing-percent=100'],
  /**
   * Of glibc's allocator; others do not look at them. Two arenas in place of eight a core. What the engine takes for a while
   * goes back to the system from 4 MiB on; lower thresholds cost time in page faults.
   */
  environment: {
    MALLOC_ARENA_MAX: '2',
    MALLOC_MMAP_THRESHOLD_: '4194304',
    MALLOC_TRIM_THRESHOLD_: '4194304',
  },
} as const;
