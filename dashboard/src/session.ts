import { createApi, type DashboardApi, type SubmitChoice } from './api.js';
import type { Notice } from './contract-types.js';
import { errorText, isUnauthorised } from './error-text.js';
import { byteSize } from './format.js';
import { type EventStream, followEvents } from './live/event-stream.js';
import { decodeLiveEvent } from './live/live-event.js';
import type { SseEvent } from './live/sse-parser.js';
import type { DashboardState } from './state/dashboard-state.js';
import type { Action } from './state/reduce.js';
import type { Store } from './state/store.js';

/** The start data is asked for before the event stream is open only when that takes longer: else it would be sent twice. */
export const STREAM_OPENS_WITHIN_MS = 1_000;

/** Keeps the cluster's token for this tab, until it is closed. */
export interface TokenStore {
  read(): string | undefined;
  write(token: string): void;
}

export interface SessionOptions {
  /** Where the gateway is: the folder that the page came from. */
  readonly baseUrl: string;
  readonly store: Store<DashboardState, Action>;
  readonly tokens: TokenStore;
  /** ISO time. */
  readonly now: () => string;
}

/** A picture to submit, with the name that it is shown by. */
export interface Picture {
  readonly name: string;
  readonly blob: Blob;
}

/** What the page can do. */
export interface Session {
  start(): void;
  stop(): void;
  retryNow(): void;
  giveToken(token: string): void;
  usesToken(): boolean;
  /** One after another, so that a slow link carries one picture at a time. */
  submit(pictures: readonly Picture[], choice: SubmitChoice): Promise<void>;
  dismiss(notice: Notice): void;
  /** Has the gateway forget a frame and its picture. Rejects where it does not. */
  forget(frame: string): Promise<void>;
  /** Asks the gateway; where it refuses the token, the page asks for another. */
  ask<T>(question: (api: DashboardApi) => Promise<T>): Promise<T>;
}

export function createSession({ baseUrl, store, tokens, now }: SessionOptions): Session {
  let api: DashboardApi = createApi(baseUrl, tokens.read());
  let stream: EventStream | null = null;
  let endFirstPaint = (): void => {};
  let submissions = 0;
  /** The end of what is being submitted. */
  let submitted: Promise<void> = Promise.resolve();

  const refresh = async (signal: AbortSignal): Promise<void> => {
    store.dispatch({ kind: 'snapshot', ...(await api.snapshot(signal)) });
  };

  /** Shows something where a proxy holds back the head of the event stream. @returns what ends it. */
  const firstPaint = (): (() => void) => {
    const superseded = new AbortController();
    const timer = setTimeout(() => {
      // The stream meets any failure as well, and reports it.
      refresh(superseded.signal).catch(() => {});
    }, STREAM_OPENS_WITHIN_MS);
    return () => {
      clearTimeout(timer);
      superseded.abort();
    };
  };

  const onEvent = (told: SseEvent, signal: AbortSignal): Promise<void> | undefined => {
    const event = decodeLiveEvent(told);
    if (event === null) return undefined;
    if (event.kind === 'reset') return refresh(signal);
    store.dispatch({ kind: 'happened', event, at: now() });
    return undefined;
  };

  const stop = (): void => {
    endFirstPaint();
    stream?.stop();
  };

  const askForToken = (): void => {
    stop();
    store.dispatch({ kind: 'token-asked', refused: tokens.read() !== undefined });
  };

  const onDown = (cause: unknown): 'retry' | 'stop' => {
    if (isUnauthorised(cause)) {
      askForToken();
      return 'stop';
    }
    store.dispatch({ kind: 'disconnected', reason: errorText(cause), at: now() });
    return 'retry';
  };

  const start = (): void => {
    stop();
    const { openEvents } = api;
    endFirstPaint = firstPaint();
    // The state is read once the gateway has the subscription, so that no event falls between the two.
    const onOpen = async (signal: AbortSignal): Promise<void> => {
      endFirstPaint();
      await refresh(signal);
      store.dispatch({ kind: 'connected' });
    };
    stream = followEvents({ open: openEvents, onOpen, onEvent, onDown });
  };

  const submitOne = async ({ name, blob }: Picture, choice: SubmitChoice): Promise<void> => {
    const id = ++submissions;
    store.dispatch({ kind: 'submitting', id, name });
    try {
      refuseTooLarge(blob, store.read().cluster?.limits.pictureBytes);
      store.dispatch({ kind: 'submitted', id, frame: await api.submit(blob, choice) });
    } catch (error) {
      store.dispatch({ kind: 'submission-refused', id, detail: errorText(error) });
      if (isUnauthorised(error)) askForToken();
    }
  };

  const ask = async <T>(question: (api: DashboardApi) => Promise<T>): Promise<T> => {
    try {
      return await question(api);
    } catch (error) {
      if (isUnauthorised(error)) askForToken();
      throw error;
    }
  };

  return {
    start,
    stop,
    retryNow: () => stream?.retryNow(),
    giveToken(token) {
      tokens.write(token);
      api = createApi(baseUrl, token);
      store.dispatch({ kind: 'token-given' });
      start();
    },
    usesToken: () => tokens.read() !== undefined,
    submit(pictures, choice) {
      for (const picture of pictures) submitted = submitted.then(() => submitOne(picture, choice));
      return submitted;
    },
    dismiss: (notice) => store.dispatch({ kind: 'notice-dismissed', notice }),
    async forget(frame) {
      await ask((current) => current.forget(frame));
      store.dispatch({ kind: 'forgotten', frame });
    },
    ask,
  };
}

/** Said before a large picture has travelled for nothing. */
function refuseTooLarge(file: Blob, limitBytes: number | undefined): void {
  if (limitBytes === undefined || file.size <= limitBytes) return;
  throw new Error(`it is larger than the ${byteSize(limitBytes)} that the gateway takes`);
}
