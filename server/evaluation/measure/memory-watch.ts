import { forgetPeak, readResidentMemory } from './process-memory.js';

/** The most that a process had of each kind of memory, in bytes; not all of it at the same moment. */
export interface MemoryPeaks {
  /** Resident in all. */
  readonly resident: number;
  /** Sampled. */
  readonly anonymous: number;
  readonly file: number;
  /** Whether `resident` is of this watch; else of the process's whole life, where the kernel cannot count anew. */
  readonly counted: boolean;
}

const SAMPLE_MS = 50;

/** Watches the memory of processes from its start to `end`. */
export class MemoryWatch {
  readonly #peaks = new Map<number, MemoryPeaks>();
  readonly #timer: NodeJS.Timeout;

  constructor(pids: readonly number[]) {
    for (const pid of pids) this.#peaks.set(pid, { resident: 0, anonymous: 0, file: 0, counted: forgetPeak(pid) });
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  end(): ReadonlyMap<number, MemoryPeaks> {
    clearInterval(this.#timer);
    this.#sample();
    return this.#peaks;
  }

  #sample(): void {
    for (const [pid, peaks] of this.#peaks) {
      const now = readResidentMemory(pid);
      if (now === null) continue;
      this.#peaks.set(pid, {
        resident: Math.max(peaks.resident, now.peak),
        anonymous: Math.max(peaks.anonymous, now.anonymous),
        file: Math.max(peaks.file, now.file),
        counted: peaks.counted,
      });
    }
  }
}
