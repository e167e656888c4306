const cell = new Int32Array(new SharedArrayBuffer(4));

/** Waits without giving the thread away: for what has to be finished while the process ends. */
export function pauseInPlace(ms: number): void {
  Atomics.wait(cell, 0, 0, ms);
}
