import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeepThingsClient } from '../../client/client.js';
import { ProblemError } from '../../client/problem-error.js';
import { backoffMs } from '../node/backoff.js';
import type { Logger } from '../node/logger.js';
import type { NodeMetrics } from '../node/metrics.js';
import { pause } from '../node/pause.js';
import type { BoardTask, EdgeBoard } from './edge-board.js';

/** Results on their way at once; the executor waits while there are as many. */
const IN_FLIGHT_LIMIT = 8;
const TRIES = 6;
const RETRY = { firstMs: 100, mostMs: 2_000 };
const SEND_TIMEOUT_MS = 15_000;

export interface ResultSenderParts {
  readonly gateway: DeepThingsClient;
  readonly board: EdgeBoard;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

/** Sends results to the gateway, beside the computation (the paper's partition result collection thread). */
export class ResultSender {
  readonly #parts: ResultSenderParts;
  readonly #abort = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();

  constructor(parts: ResultSenderParts) {
    this.#parts = parts;
  }

  /** Resolves when there is room for one more. */
  async room(): Promise<void> {
    while (this.#inFlight.size >= IN_FLIGHT_LIMIT) await Promise.race(this.#inFlight);
  }

  /** @param body of the result, written again for each try. */
  send(task: BoardTask, body: () => Uint8Array): void {
    const sending = this.#deliver(task, body).finally(() => {
      this.#inFlight.delete(sending);
      this.#parts.board.finished(task);
    });
    this.#inFlight.add(sending);
  }

  /** Waits for what is on its way, up to `graceMs`, then drops it. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#abort.abort(), graceMs);
    await Promise.all(this.#inFlight);
    clearTimeout(timer);
    this.#abort.abort();
  }

  async #deliver(task: BoardTask, body: () => Uint8Array): Promise<void> {
    const { gateway, log, metrics } = this.#parts;
    const facts = { frame: task.frame, tile: task.tile, attempt: task.attempt };
    const { signal } = this.#abort;
    // First the executor gets the next task under way: writing a result takes as long as the gap between two tiles may.
    await nextTurn();
    for (let tries = 1; !signal.aborted; tries++) {
      try {
        const bytes = body();
        const answer = await gateway.call('postResult', {
          body: { mediaType: 'application/octet-stream', bytes },
          signal,
          timeoutMs: SEND_TIMEOUT_MS,
        });
        metrics.bytesSent.inc({ kind: 'result' }, bytes.byteLength);
        const verdict = answer.json?.status ?? 'accepted';
        metrics.results.inc({ verdict });
        log.debug({ ...facts, verdict }, 'result sent');
        return;
      } catch (error) {
        if (signal.aborted) return;
        const refused = error instanceof ProblemError && error.status < 500 && error.status !== 429;
        if (refused || tries >= TRIES) {
          log.warn({ ...facts, err: error }, 'result could not be given to the gateway');
          return;
        }
        metrics.retries.inc({ what: 'result' });
        await pause(backoffMs(RETRY, tries, Math.random()), signal);
      }
    }
  }
}
