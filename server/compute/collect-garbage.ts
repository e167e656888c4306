import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects this thread's garbage once. Weights that the engine has copied are memory outside of V8's heap, which by itself it may
 * take for frames to give back: 180 MB on a gateway with YOLOv2 (`node bench/memory.mjs`).
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
