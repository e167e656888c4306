/** A signal that follows others. Node 20 collects what `AbortSignal.any` returns, so its time-outs never fire. */
export interface HeldSignal {
  readonly signal: AbortSignal;
  /** Stops the timer and leaves the outer signals. The caller calls it when the work has ended, in a `finally`. */
  release(): void;
}

/** The part of `node:events` that is used here; browsers have neither it nor the limit on listeners. */
interface EventsModule {
  setMaxListeners(count: number, target: EventTarget): void;
}
interface MaybeNode {
  readonly process?: { getBuiltinModule?(name: 'node:events'): EventsModule };
}

/**
 * Joins signals: the result aborts with the first of them, for its reason. Each outer signal holds the result by a
 * listener until `release()`, so the garbage collector cannot take it, and a signal that lives as long as the program
 * does not gather one dependent per call.
 */
export function joinSignals(outer: readonly (AbortSignal | undefined)[]): HeldSignal {
  return follow(new AbortController(), outer);
}

/** The error of an exchange that has not ended after `timeoutMs` milliseconds. */
export function timeoutError(
  timeoutMs: number,
  reason = `no whole answer within ${timeoutMs < 1000 ? `${timeoutMs} ms` : `${timeoutMs / 1000} s`}`,
): DOMException {
  return new DOMException(reason, 'TimeoutError');
}

/**
 * A signal that aborts with `outer`, or after `timeoutMs` milliseconds with a `TimeoutError`.
 *
 * @param reason the message of that error.
 */
export function deadlineSignal(outer: AbortSignal | undefined, timeoutMs: number, reason?: string): HeldSignal {
  const controller = new AbortController();
  const held = follow(controller, [outer]);
  const timer = setTimeout(() => controller.abort(timeoutError(timeoutMs, reason)), timeoutMs);
  return {
    signal: held.signal,
    release() {
      clearTimeout(timer);
      held.release();
    },
  };
}

/** Runs work with a signal that aborts with `outer` or after `timeoutMs` milliseconds, and releases it when the work has ended. */
export async function withDeadline<T>(
  outer: AbortSignal | undefined,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const held = deadlineSignal(outer, timeoutMs);
  try {
    return await work(held.signal);
  } finally {
    held.release();
  }
}

function follow(controller: AbortController, outer: readonly (AbortSignal | undefined)[]): HeldSignal {
  const signals = outer.filter((signal) => signal !== undefined);
  const onAbort = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    allowListeners(signal);
    signal.addEventListener('abort', onAbort, { once: true });
  }
  return {
    signal: controller.signal,
    release() {
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
    },
  };
}

const allowing = new WeakSet<AbortSignal>();

/** As many calls as are under way listen to one signal, which Node takes for a leak from eleven on. */
export function allowListeners(signal: AbortSignal): void {
  if (allowing.has(signal)) return;
  allowing.add(signal);
  (globalThis as MaybeNode).process?.getBuiltinModule?.('node:events').setMaxListeners(0, signal);
}
