import { AnswerError } from '../../../client/answer-error.js';
import { DigestError } from '../../../client/body-digest.js';
import type { Answer, CallOptions, DeepThingsClient, OperationId } from '../../../client/client.js';
import { ProblemError } from '../../../client/problem-error.js';
import { DeepThingsError, hasCode } from '../../errors.js';
import { requireAnswer } from '../contract/answer-check.js';
import { type CallRule, REPEAT, RETRY_AFTER_LIMIT_MS } from '../contract/calls.js';
import type { Logger } from '../observe/logger.js';
import type { NodeMetrics } from '../observe/metrics.js';
import type { RepeatGate } from '../observe/repeat-gate.js';
import { pause } from '../pause.js';
import { backoffMs } from './backoff.js';
import type { PeerCircuits } from './peer-circuits.js';

type GivenOptions<K extends OperationId> = Pick<CallOptions<K>, 'path' | 'query' | 'header' | 'json' | 'signal'>;

export interface PeerCallOptions<K extends OperationId> extends GivenOptions<K> {
  /** A body of tensors or a picture; as a function it is written again for each try, and not kept between them. */
  readonly body?: { readonly mediaType: string; readonly bytes: Uint8Array | (() => Uint8Array) };
  /** How long the peer was asked to hold the request: as much longer is waited. */
  readonly heldMs?: number;
}

/** Talks to one other node, each call by its rule. */
export interface PeerClient {
  readonly baseUrl: string;
  /**
   * @throws ProblemError when the node answers with a status of 400 or more.
   * @throws AnswerError when the answer is not one that the peer's role gives to this call.
   * @throws DeepThingsError `DT_PEER_SUSPENDED` when it kept failing and is not asked for a while.
   * @throws the transport's error when no whole answer came.
   */
  call<K extends OperationId>(rule: CallRule<K>, options?: PeerCallOptions<K>): Promise<Answer<K>>;
}

export interface PeerClientParts {
  readonly circuits: PeerCircuits;
  readonly nowMs: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly metrics: Pick<NodeMetrics, 'badAnswers' | 'damaged' | 'retries'>;
  /** When an answer that no node gave is logged again. */
  readonly repeats: RepeatGate;
  readonly log: Logger;
}

const NEVER = new AbortController().signal;

/** Makes a client follow the rules of `calls.ts`: time-outs, repetition, and leaving alone who keeps failing. */
export function peerClient(client: DeepThingsClient, parts: PeerClientParts): PeerClient {
  const { log, metrics, nowMs, random } = parts;
  const { baseUrl } = client;
  return {
    baseUrl,
    async call(rule, options = {}) {
      const { signal = NEVER } = options;
      const endMs = nowMs() + rule.patienceMs + (options.heldMs ?? 0);
      let last: unknown;
      for (let tries = 1; ; tries++) {
        if (rule.circuit !== null && !parts.circuits.mayAsk(rule.circuit, baseUrl)) {
          throw (
            last ?? new DeepThingsError('DT_PEER_SUSPENDED', `${baseUrl} kept failing and is suspended for a while`)
          );
        }
        try {
          const answer = await exchange(client, rule, options, endMs - nowMs());
          judge(parts, rule, baseUrl, null);
          return answer;
        } catch (error) {
          if (signal.aborted) {
            if (rule.circuit !== null) parts.circuits.released(rule.circuit, baseUrl);
            throw error;
          }
          judge(parts, rule, baseUrl, error);
          const kind = rule.operation;
          noteAnswer(parts, baseUrl, kind, error);
          const waitMs = pauseMs(rule, error, tries, random());
          if (waitMs === null || nowMs() + waitMs >= endMs) throw error;
          metrics.retries.inc({ what: kind });
          log.debug({ peer: baseUrl, kind, tries, waitMs, err: error }, 'asking again');
          last = error;
          await pause(waitMs, signal);
          if (signal.aborted) throw error;
        }
      }
    },
  };
}

async function exchange<K extends OperationId>(
  client: DeepThingsClient,
  rule: CallRule<K>,
  { heldMs = 0, body, path, query, header, json, signal }: PeerCallOptions<K>,
  leftMs: number,
): Promise<Answer<K>> {
  const call: CallOptions<K> = {
    ...{ path, query, header, json, signal },
    body: body && { mediaType: body.mediaType, bytes: typeof body.bytes === 'function' ? body.bytes() : body.bytes },
    headersTimeoutMs: rule.headMs + heldMs,
    idleTimeoutMs: rule.bodyMs,
    timeoutMs: Math.min(rule.totalMs + heldMs, leftMs),
  };
  const answer = await client.call(rule.operation, call);
  requireAnswer(rule, answer);
  return answer;
}

/** Counts and logs an answer that was damaged on its way, or that no node of the cluster gave. */
function noteAnswer(
  { log, metrics, nowMs, repeats }: PeerClientParts,
  peer: string,
  kind: OperationId,
  error: unknown,
) {
  if (error instanceof DigestError) {
    metrics.damaged.inc({ kind, part: 'answer' });
    log.warn({ peer, kind }, `answer refused: ${error.message}`);
  }
  if (!(error instanceof AnswerError)) return;
  metrics.badAnswers.inc({ peer, kind });
  const times = repeats.due(`${peer} ${kind}`, nowMs());
  if (times > 0) log.warn({ peer, kind, times }, `answer refused: ${error.message}`);
}

/**
 * A refusal is an answer; that no whole one came, or that the peer itself is at fault, is a failure. What was damaged on its
 * way says nothing of the peer.
 */
function judge({ circuits }: PeerClientParts, { circuit }: CallRule, address: string, error: unknown): void {
  if (circuit === null) return;
  if (isDamage(error)) circuits.released(circuit, address);
  else if (error === null || (error instanceof ProblemError && (error.status < 500 || error.status === 503))) {
    circuits.succeeded(circuit, address);
  } else circuits.failed(circuit, address, (error as Error).message);
}

/** The request or the answer was damaged on its way. */
function isDamage(error: unknown): boolean {
  return error instanceof DigestError || hasCode(error, 'DT_DIGEST');
}

/** How long to wait before the next try; null when there is to be none. */
function pauseMs(rule: CallRule, error: unknown, tries: number, random: number): number | null {
  if (tries >= rule.tries || error instanceof DeepThingsError) return null;
  const waitMs = backoffMs(REPEAT, tries, random);
  if (!(error instanceof ProblemError) || isDamage(error)) return waitMs;
  const { status, retryAfterSeconds } = error;
  const isBusy = status === 429 || status === 503;
  if (isBusy ? !rule.waitsForBusy : status !== 408 && (status < 500 || status === 501)) return null;
  return Math.max(waitMs, Math.min(RETRY_AFTER_LIMIT_MS, Math.max(0, retryAfterSeconds ?? 0) * 1000));
}
