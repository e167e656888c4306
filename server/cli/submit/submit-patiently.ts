import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeepThingsClient, Schemas } from '../../../client/client.js';
import { ProblemError } from '../../../client/problem-error.js';
import type { Strategy } from '../../scheduling/strategy.js';
import type { PictureBody } from './picture-file.js';

export interface Submission {
  readonly body: PictureBody;
  readonly source?: string | undefined;
  /** As cluster.yaml says when absent. */
  readonly strategy?: Strategy | undefined;
  readonly waitSeconds: number;
}

/** The answer may come a little after the wait's end. */
const ANSWER_MARGIN_MS = 10_000;

/**
 * Submits a picture and waits for its detections. A cluster that has no room says when to try again, which is done for
 * as long as there is time to wait.
 *
 * @throws ProblemError when the picture is refused or its frame fails.
 */
export async function submitPatiently(
  client: DeepThingsClient,
  { body, source, strategy, waitSeconds }: Submission,
): Promise<Schemas['Frame']> {
  const deadlineMs = performance.now() + waitSeconds * 1000;
  while (true) {
    const leftMs = Math.max(0, deadlineMs - performance.now());
    try {
      const { json } = await client.call('submitFrame', {
        query: { wait: Math.ceil(leftMs / 1000), ...(source && { source }), ...(strategy && { strategy }) },
        body,
        timeoutMs: leftMs + ANSWER_MARGIN_MS,
      });
      return json!;
    } catch (error) {
      const pauseMs = pauseBefore(error);
      if (pauseMs === null || performance.now() + pauseMs >= deadlineMs) throw error;
      await sleep(pauseMs);
    }
  }
}

/** How long to wait before the next try; null when there is none to be made. */
function pauseBefore(error: unknown): number | null {
  if (!(error instanceof ProblemError) || (error.status !== 429 && error.status !== 503)) return null;
  return 1000 * Math.max(0.5, error.retryAfterSeconds ?? 1);
}
