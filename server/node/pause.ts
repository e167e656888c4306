import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; ends early, without an error, when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/**
 * Why what a node itself had begun is cut short, where that is as good as any end. For `AbortController.abort`, which makes an
 * error with its stack where it is given none: with every tile that is too much.
 */
export const CANCELLED = new Error('no longer wanted');
