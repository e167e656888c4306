import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options?: { readonly type: 'minor' }) => void;

/** What may gather outside of V8's heap until all garbage is collected, in bytes. */
const GATHERS = 8 * 2 ** 20;

let collect: Collect | null = null;
/** What the last full collection left outside of V8's heap, in bytes. */
let left = 0;

/** @returns what `node --expose-gc` calls `gc`. */
function collector(): Collect {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    const found: unknown = runInNewContext('gc');
    collect = typeof found === 'function' ? (found as Collect) : () => {};
  }
  return collect;
}

/**
 * Collects this thread's garbage once. Weights that the engine has copied are memory outside of V8's heap, which by itself it may
 * take for frames to give back: 180 MB on a gateway with YOLOv2 (`node bench/memory.mjs`).
 */
export function collectGarbage(): void {
  collector()();
  left = getHeapStatistics().external_memory;
}

/**
 * Frees maps that are no longer read. They are outside of V8's heap, which by itself lets 64 MiB of them gather. Collects young
 * objects, in about half a millisecond, and all of them only where much is left: 20 to 50 MiB less for each member of a gang with
 * YOLOv2 (`node bench/memory.mjs --strategy gang`).
 */
export function freeMaps(): void {
  collector()({ type: 'minor' });
  if (getHeapStatistics().external_memory > left + GATHERS) collectGarbage();
}
