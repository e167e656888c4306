import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HttpProblem } from '../../node/problems/problem.js';

/** Bytes of a picture that are digested before other work gets a turn: at most 1 ms on a slow processor. */
const BYTES_A_TURN = 128 * 1024;

/** What was submitted under a key, and what it became. */
interface Named<T> {
  readonly digest: string;
  readonly outcome: T;
}

/**
 * Submissions by their idempotency key (draft-ietf-httpapi-idempotency-key-header): repeating one gives what the first one
 * became, also while that is still being accepted.
 */
export class SubmissionKeys<T> {
  readonly #known: (key: string) => Named<T> | null;
  /** Being accepted. */
  readonly #underWay = new Map<string, Named<Promise<T>>>();

  /** @param known what has been accepted under a key. */
  constructor(known: (key: string) => Named<T> | null) {
    this.#known = known;
  }

  /**
   * @param digest of everything that was submitted.
   * @param accept called once for each key, unless it rejected: what was not accepted has no name.
   * @throws HttpProblem 422 when the key names another submission.
   */
  async accept(key: string, digest: string, accept: () => Promise<T>): Promise<{ outcome: T; isReplay: boolean }> {
    const earlier = this.#known(key) ?? this.#underWay.get(key);
    if (earlier !== undefined) {
      if (earlier.digest !== digest) throw mismatch(key);
      try {
        return { outcome: await earlier.outcome, isReplay: true };
      } catch (error) {
        // The first one waited in vain, or hung up: this one may wait for longer.
        if (!(error instanceof HttpProblem && error.status === 503)) throw error;
        return this.accept(key, digest, accept);
      }
    }
    const outcome = accept();
    this.#underWay.set(key, { digest, outcome });
    try {
      return { outcome: await outcome, isReplay: false };
    } finally {
      this.#underWay.delete(key);
    }
  }
}

function mismatch(key: string): HttpProblem {
  const detail =
    `the idempotency key ${key} was used for another picture, source, strategy, number of members, bound or tags; expected a key of its own for each ` +
    'submission, such as a random UUID';
  return new HttpProblem('DT_IDEMPOTENCY_MISMATCH', detail);
}

/** A key as it is kept: quotes are the header's way to write a text. */
export function keyOf(header: string): string {
  return header.replaceAll('"', '');
}

/** SHA-256, hex, of a picture and of what was asked for with it. */
export async function submissionDigest(
  picture: Uint8Array,
  asked: {
    readonly source: string | null;
    readonly strategy: string | null;
    readonly members: number | undefined;
    readonly withinMs: number | undefined;
    readonly tags: readonly string[] | undefined;
  },
): Promise<string> {
  const within = asked.withinMs === undefined ? [] : [`within ${asked.withinMs}`];
  const tags = asked.tags === undefined ? [] : [`tags ${asked.tags.join(',')}`];
  const facts = Buffer.from(JSON.stringify([asked.source, asked.strategy, asked.members ?? [], within, tags].flat()));
  const hash = createHash('sha256').update(facts);
  // Here and without a copy: to hand a picture of usual size to another thread takes longer than its digest.
  for (let at = 0; at < picture.byteLength; at += BYTES_A_TURN) {
    if (at > 0) await nextTurn();
    hash.update(picture.subarray(at, at + BYTES_A_TURN));
  }
  return hash.digest('hex');
}
