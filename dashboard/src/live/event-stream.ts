import { joinSignals } from '../../../client/deadline-signal.js';
import { backoffMs } from './backoff.js';
import { type SseEvent, SseParser } from './sse-parser.js';

/** The gateway sends something every 15 s, if only a comment: after three of those the connection is dead. */
export const SILENCE_MS = 45_000;

export interface EventStreamOptions {
  /** Asks for the stream; rejects where the answer is not one. */
  readonly open: (lastEventId: string | null, signal: AbortSignal) => Promise<Response>;
  /** The gateway has the subscription. Nothing is read before this is done, and a rejection ends the connection. */
  readonly onOpen: (signal: AbortSignal) => Promise<void>;
  /** A promise holds back the events behind this one; an error ends the connection. */
  readonly onEvent: (event: SseEvent, signal: AbortSignal) => Promise<void> | undefined;
  /** The connection is gone, or never was; tells whether to try again. */
  readonly onDown: (cause: unknown) => 'retry' | 'stop';
}

export interface EventStream {
  /** Ends a wait for the next attempt. */
  retryNow(): void;
  stop(): void;
}

/** Follows an event stream for as long as it is wanted: resumes after the last event, waits longer each time. */
export function followEvents(options: EventStreamOptions): EventStream {
  const stopped = new AbortController();
  let wake = (): void => {};
  let lastEventId: string | null = null;
  let failures = 0;

  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const cause = await connection();
      if (stopped.signal.aborted || options.onDown(cause) === 'stop') return;
      failures++;
      await pause(backoffMs(failures));
    }
  };

  /** One connection, from asking for it to its end; resolves with what ended it. */
  const connection = async (): Promise<unknown> => {
    const ended = new AbortController();
    const held = joinSignals([stopped.signal, ended.signal]);
    const { signal } = held;
    const watchdog = silenceWatchdog(() =>
      ended.abort(new Error(`the gateway was silent for ${SILENCE_MS / 1_000} s`)),
    );
    try {
      const response = await options.open(lastEventId, signal);
      if (response.body === null) throw new Error('the gateway answered without an event stream');
      await options.onOpen(signal);
      failures = 0;
      const parser = new SseParser(lastEventId ?? '');
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read().catch(broken);
        if (done) return new Error('the gateway ended the connection');
        watchdog.heard();
        for (const event of parser.push(value)) {
          if (event.id !== '') lastEventId = event.id;
          const held = options.onEvent(event, signal);
          if (held !== undefined) await held;
        }
      }
    } catch (error) {
      return ended.signal.aborted ? ended.signal.reason : error;
    } finally {
      watchdog.end();
      // Whatever ended it, the gateway must not keep a subscriber that nobody reads.
      ended.abort();
      held.release();
    }
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  void run();
  return {
    retryNow: () => wake(),
    stop() {
      stopped.abort();
      wake();
    },
  };
}

/** Browsers each have a wording of their own for a connection that broke. */
function broken(cause: unknown): never {
  throw new Error('the connection to the gateway broke', { cause });
}

function silenceWatchdog(onSilence: () => void): { heard(): void; end(): void } {
  let timer = setTimeout(onSilence, SILENCE_MS);
  return {
    heard() {
      clearTimeout(timer);
      timer = setTimeout(onSilence, SILENCE_MS);
    },
    end: () => clearTimeout(timer),
  };
}
