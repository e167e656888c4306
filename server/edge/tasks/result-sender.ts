import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CALLS } from '../../node/contract/calls.js';
import { MedianWindow } from '../../scheduling/device/median-window.js';
import type { EdgeDevice } from '../device/edge-device.js';
import type { BoardTask } from './edge-board.js';
import type { EdgeTurns } from './edge-turns.js';

/** Sends results to the gateway, beside the computation (the paper's partition result collection thread). */
export class ResultSender {
  readonly #edge: EdgeDevice;
  readonly #turns: Pick<EdgeTurns, 'sends' | 'sent'>;
  readonly #abort = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  /** Until the gateway has a result. */
  readonly times = new MedianWindow();

  constructor(edge: EdgeDevice, turns: Pick<EdgeTurns, 'sends' | 'sent'>) {
    this.#edge = edge;
    this.#turns = turns;
  }

  /** @param body of the result, written again for each try. */
  send(task: BoardTask, body: () => Uint8Array): void {
    this.#turns.sends();
    const sending = this.#deliver(task, body).finally(() => {
      this.#inFlight.delete(sending);
      this.#turns.sent(task);
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
    const { log, metrics, remote } = this.#edge;
    const facts = { frame: task.frame, tile: task.tile, attempt: task.attempt };
    const { signal } = this.#abort;
    // First the executor gets the next task under way: writing a result takes as long as the gap between two tiles may.
    await nextTurn();
    let resultBytes = 0;
    const written = () => {
      const bytes = body();
      resultBytes = bytes.byteLength;
      return bytes;
    };
    if (signal.aborted) return;
    const startedMs = performance.now();
    try {
      const answer = await remote.gateway.call(CALLS.result, {
        body: { mediaType: 'application/octet-stream', bytes: written },
        signal,
      });
      this.times.add(performance.now() - startedMs);
      metrics.bytesSent.inc({ kind: 'result' }, resultBytes);
      const verdict = answer.json!.status;
      metrics.results.inc({ verdict });
      log.debug({ ...facts, verdict }, 'result sent');
    } catch (error) {
      if (!signal.aborted) log.warn({ ...facts, err: error }, 'result could not be given to the gateway');
    }
  }
}
