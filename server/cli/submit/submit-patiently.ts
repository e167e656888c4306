import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import { ProblemError } from '../../../client/problem-error.js';
import { pause } from '../../node/pause.js';
import type { QueuePolicy } from '../../scheduling/policy/waiting-order.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import type { PictureBody } from './picture-file.js';
import { missingDevice, unreadyReason, type WaitingReason, waitingReasonOf } from './waiting-reason.js';

export interface Submission {
  readonly body: PictureBody;
  /** Source, camera, tags, strategy and its bounds. `cluster.yaml` has the source and the strategy that are absent. */
  readonly query: {
    readonly source?: string | undefined;
    readonly strategy?: StrategyName | undefined;
    readonly members?: number | undefined;
    readonly within?: number | undefined;
    readonly camera?: string | undefined;
    readonly tags?: string[] | undefined;
    readonly queue?: QueuePolicy | undefined;
  };
  readonly waitSeconds: number;
  /** Told at once when the submission has to wait for something, and of nothing twice in a row; null when it goes on. */
  readonly onWaiting?: (reason: WaitingReason | null, seconds: number) => void;
  /** Ends the wait with an error. */
  readonly signal?: AbortSignal;
}

/** The answer may come a little after the wait's end. */
const ANSWER_MARGIN_MS = 10_000;
/** The time that a gateway that went away in the middle of a submission has to come back. */
const BREAK_PATIENCE_MS = 15_000;
/** The time that a gateway has to start. */
const START_PATIENCE_MS = 10_000;
const RETRY_MS = 500;
/** An answer that takes longer may wait for a device. */
const FIRST_LOOK_MS = 300;
const LOOK_MS = 2_000;

/** The connection was there, and broke before the answer was. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const AWAY = new Set([
  ...['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EAI_AGAIN'],
]);

/**
 * Submits a picture and waits for its detections. It waits for a gateway that starts, a device and room in the queue, within
 * its time, and says so. Where a connection breaks the same submission is repeated: its key sees to it that the cluster
 * gets the picture once.
 *
 * @throws ProblemError when the picture is refused or its frame fails.
 * @throws the transport's error when the gateway stays away.
 */
export async function submitPatiently(client: DeepThingsClient, submission: Submission): Promise<Schemas['Frame']> {
  return new PatientSubmission(client, submission).run();
}

class PatientSubmission {
  readonly #client: DeepThingsClient;
  readonly #submission: Submission;
  readonly #startedMs = performance.now();
  readonly #deadlineMs: number;
  readonly #signal: AbortSignal;
  #brokenMs: number | null = null;
  #said: string | null = null;

  constructor(client: DeepThingsClient, submission: Submission) {
    this.#client = client;
    this.#submission = submission;
    this.#signal = submission.signal ?? new AbortController().signal;
    this.#deadlineMs = this.#startedMs + submission.waitSeconds * 1000;
  }

  async run(): Promise<Schemas['Frame']> {
    const key = randomUUID();
    while (true) {
      try {
        const frame = await this.#whileLooking(this.#submit(key));
        this.#say(null, this.#deadlineMs);
        return frame;
      } catch (error) {
        const again = this.#again(error);
        if (again === null || this.#signal.aborted || performance.now() + again.pauseMs >= again.untilMs) throw error;
        this.#say(waitingReasonOf(error, this.#client.baseUrl), again.untilMs);
        await pause(again.pauseMs, this.#signal);
      }
    }
  }

  async #submit(key: string): Promise<Schemas['Frame']> {
    const { body, query } = this.#submission;
    const leftMs = Math.max(0, this.#deadlineMs - performance.now());
    const { json } = await this.#client.call('submitFrame', {
      query: { ...query, wait: Math.ceil(leftMs / 1000) },
      header: { 'idempotency-key': key },
      body,
      timeoutMs: leftMs + ANSWER_MARGIN_MS,
      signal: this.#signal,
    });
    return json!;
  }

  /** The gateway answers when the frame has ended; meanwhile the cluster is asked whether a device is there for it. */
  async #whileLooking<T>(answer: Promise<T>): Promise<T> {
    const ended = new AbortController();
    const looking = this.#look(ended.signal);
    try {
      return await answer;
    } finally {
      ended.abort();
      await looking;
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { query, waitSeconds } = this.#submission;
    if (waitSeconds === 0) return;
    await pause(FIRST_LOOK_MS, signal);
    while (!signal.aborted) {
      try {
        const { json } = await this.#client.call('getCluster', { signal, timeoutMs: LOOK_MS });
        const missing = missingDevice(json!.devices, query.source);
        if (missing === null) await this.#client.call('getReady', { signal, timeoutMs: LOOK_MS });
        if (!signal.aborted) this.#say(missing, this.#deadlineMs);
      } catch (error) {
        const reason = unreadyReason(error, this.#client.baseUrl);
        if (reason !== null && !signal.aborted) this.#say(reason, this.#deadlineMs);
      }
      await pause(LOOK_MS, signal);
    }
  }

  /** @returns null when another try is of no use. */
  #again(error: unknown): { readonly pauseMs: number; readonly untilMs: number } | null {
    const code = error instanceof ProblemError ? '' : ((error as NodeJS.ErrnoException).code ?? '');
    if (BROKEN.has(code)) this.#brokenMs ??= performance.now();
    if (BROKEN.has(code) || AWAY.has(code)) {
      if (this.#brokenMs !== null) {
        return { pauseMs: RETRY_MS, untilMs: Math.max(this.#deadlineMs, this.#brokenMs + BREAK_PATIENCE_MS) };
      }
      return { pauseMs: RETRY_MS, untilMs: Math.min(this.#deadlineMs, this.#startedMs + START_PATIENCE_MS) };
    }
    if (!(error instanceof ProblemError) || (error.status !== 429 && error.status !== 503)) return null;
    const seconds = Math.max(0.5, error.retryAfterSeconds ?? 1);
    const untilMs =
      this.#brokenMs === null ? this.#deadlineMs : Math.max(this.#deadlineMs, this.#brokenMs + BREAK_PATIENCE_MS);
    return { pauseMs: 1000 * seconds, untilMs };
  }

  #say(reason: WaitingReason | null, untilMs: number): void {
    const text = reason?.text ?? null;
    if (text === this.#said) return;
    this.#said = text;
    this.#submission.onWaiting?.(reason, Math.max(0, Math.ceil((untilMs - performance.now()) / 1000)));
  }
}
