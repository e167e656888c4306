import type { Dispatcher } from 'undici';
import { allowListeners, timeoutError } from './deadline-signal.js';

/** An answer as it came. */
export interface WholeAnswer {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Uint8Array;
}

/** Bounds of an exchange: each ends it before its answer is there. */
export interface ExchangeLimits {
  readonly signal?: AbortSignal | undefined;
  /** Bound on the whole exchange. */
  readonly timeoutMs: number;
}

/**
 * Carries out one exchange and gathers its answer. undici's own `request` makes a stream of the answer's body, which costs more than
 * all else that it does for a small one.
 *
 * @throws what undici says when no whole answer came; the signal's reason when it is aborted; a `TimeoutError` after the time.
 */
export function exchange(
  dispatcher: Pick<Dispatcher, 'dispatch'>,
  request: Dispatcher.DispatchOptions,
  limits: ExchangeLimits,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const { signal } = limits;
    if (signal?.aborted) reject(signal.reason);
    else dispatcher.dispatch(request, new Exchange(limits, resolve, reject));
  });
}

/** Told by undici what comes of a request; also in a queue, before there is a connection. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #limits: ExchangeLimits;
  readonly #resolve: (answer: WholeAnswer) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort = () => this.#giveUp(this.#limits.signal!.reason);
  readonly #pieces: Uint8Array[] = [];
  #controller: Dispatcher.DispatchController | null = null;
  /** Why the exchange was given up, for a request that waits for a connection. */
  #givenUp: { readonly reason: unknown } | null = null;
  #head: Omit<WholeAnswer, 'bytes'> = { status: 0, headers: {} };

  constructor(limits: ExchangeLimits, resolve: (answer: WholeAnswer) => void, reject: (reason: unknown) => void) {
    const { signal, timeoutMs } = limits;
    this.#limits = limits;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#giveUp(timeoutError(timeoutMs)), timeoutMs);
    if (signal === undefined) return;
    allowListeners(signal);
    signal.addEventListener('abort', this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#givenUp !== null) controller.abort(this.#givenUp.reason as Error);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: WholeAnswer['headers']): void {
    // Others are informational: the answer follows.
    if (status >= 200) this.#head = { status, headers };
  }

  onResponseData(_: Dispatcher.DispatchController, piece: Uint8Array): void {
    this.#pieces.push(piece);
  }

  onResponseEnd(): void {
    this.#release();
    this.#resolve({ ...this.#head, bytes: joined(this.#pieces) });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#release();
    this.#reject(error);
  }

  #giveUp(reason: unknown): void {
    this.#release();
    this.#givenUp = { reason };
    this.#reject(reason);
    this.#controller?.abort(reason as Error);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#limits.signal?.removeEventListener('abort', this.#onAbort);
  }
}

/** Of its own memory: pieces are views of larger buffers, at any place. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const bytes = new Uint8Array(buffer);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}
