import type { DeepThingsClient, Schemas } from '../../client/client.js';
import { ProblemError } from '../../client/problem-error.js';
import type { SubmissionOutcome } from './facts.js';

export interface Posting {
  readonly source?: string;
  readonly strategy?: Schemas['Strategy'];
  readonly wait?: number;
}

/** Beyond what a node may take for it. */
const TIMEOUT_MS = 30_000;

/** Posts a picture as a camera would, and says what came of it. */
export async function postPicture(
  node: DeepThingsClient,
  bytes: Uint8Array,
  query: Posting,
): Promise<SubmissionOutcome> {
  try {
    const answer = await node.call('submitFrame', {
      query,
      body: { mediaType: 'image/jpeg', bytes },
      timeoutMs: TIMEOUT_MS + 1_000 * (query.wait ?? 0),
    });
    // An answer that was garbled on its way says nothing.
    return typeof answer.json?.id === 'string' ? { kind: 'accepted', frame: answer.json.id } : { kind: 'unknown' };
  } catch (error) {
    if (!(error instanceof ProblemError)) return { kind: 'unknown' };
    const { status, code } = error;
    // "frame … failed: …", and every other answer of this kind: there may be a frame.
    return status === 500 ? { kind: 'failed', status, code } : { kind: 'refused', status, code };
  }
}
