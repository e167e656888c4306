import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import { ProblemError } from '../../../client/problem-error.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import type { PictureBody } from './picture-file.js';

export interface Submission {
  readonly body: PictureBody;
  readonly source?: string | undefined;
  /** As cluster.yaml says when absent. */
  readonly strategy?: StrategyName | undefined;
  readonly waitSeconds: number;
}

/** The answer may come a little after the wait's end. */
const ANSWER_MARGIN_MS = 10_000;
/** What a gateway that went away in the middle of a submission gets to come back. */
const BREAK_PATIENCE_MS = 15_000;
const BREAK_PAUSE_MS = 500;

/** The connection was there, and broke before the answer was. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const AWAY = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

/**
 * Submits a picture and waits for its detections. A cluster that has no room says when to try again, which is done for
 * as long as there is time to wait. Where a connection breaks the same submission is repeated: its key sees to it that
 * the cluster gets the picture once.
 *
 * @throws ProblemError when the picture is refused or its frame fails.
 */
export async function submitPatiently(
  client: DeepThingsClient,
  { body, source, strategy, waitSeconds }: Submission,
): Promise<Schemas['Frame']> {
  const deadlineMs = performance.now() + waitSeconds * 1000;
  const header = { 'idempotency-key': randomUUID() };
  let brokenMs: number | null = null;
  while (true) {
    const leftMs = Math.max(0, deadlineMs - performance.now());
    try {
      const { json } = await client.call('submitFrame', {
        query: { wait: Math.ceil(leftMs / 1000), ...(source && { source }), ...(strategy && { strategy }) },
        header,
        body,
        timeoutMs: leftMs + ANSWER_MARGIN_MS,
      });
      return json!;
    } catch (error) {
      if (BROKEN.has(codeOf(error))) brokenMs ??= performance.now();
      const isBreak = brokenMs !== null && (BROKEN.has(codeOf(error)) || AWAY.has(codeOf(error)));
      const pauseMs = isBreak ? BREAK_PAUSE_MS : pauseBefore(error);
      const untilMs = brokenMs === null ? deadlineMs : Math.max(deadlineMs, brokenMs + BREAK_PATIENCE_MS);
      if (pauseMs === null || performance.now() + pauseMs >= untilMs) throw error;
      await sleep(pauseMs);
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof ProblemError ? '' : ((error as NodeJS.ErrnoException).code ?? '');
}

/** How long to wait before the next try; null when there is none to be made. */
function pauseBefore(error: unknown): number | null {
  if (!(error instanceof ProblemError) || (error.status !== 429 && error.status !== 503)) return null;
  return 1000 * Math.max(0.5, error.retryAfterSeconds ?? 1);
}
