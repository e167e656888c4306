import { backoffMs } from '../node/backoff.js';
import type { Logger } from '../node/logger.js';
import type { NodeMetrics } from '../node/metrics.js';
import { pause } from '../node/pause.js';
import type { PeerClients } from '../node/peer-clients.js';
import { cutTaskBody, type WirePlan } from '../node/task-body.js';
import { NO_REUSE } from '../node/tile-reuse.js';
import type { DeviceRegistry } from './device-registry.js';
import { type FrameRecord, outcomeDocument } from './frame-record.js';

/** A source decodes the picture before it answers. */
const DELIVER_TIMEOUT_MS = 20_000;
const PUSH_TIMEOUT_MS = 5_000;
const NOTIFY_TIMEOUT_MS = 3_000;
const NOTIFY_TRIES = 3;
const NOTIFY_RETRY = { firstMs: 200, mostMs: 1_000 };

export interface CourierParts {
  readonly epoch: string;
  readonly wirePlan: WirePlan;
  readonly registry: DeviceRegistry;
  readonly peers: PeerClients;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

/** Brings pictures, tasks and outcomes from the gateway to devices. */
export class Courier {
  readonly #parts: CourierParts;
  readonly #stop = new AbortController();

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Gives a frame's picture to its source, which has queued the tiles when this resolves. */
  async deliver({ id, picture, inputDigest, strategy }: FrameRecord, source: string, attempt: number): Promise<void> {
    const { epoch, metrics } = this.#parts;
    await this.#client(source).call('submitFrame', {
      query: { frame: id, epoch, attempt, digest: inputDigest, strategy },
      body: { mediaType: picture.mediaType, bytes: picture.bytes },
      signal: this.#stop.signal,
      timeoutMs: DELIVER_TIMEOUT_MS,
    });
    metrics.bytesSent.inc({ kind: 'frame' }, picture.bytes.byteLength);
  }

  /** Gives one tile to a device, cut from the gateway's own letterboxed picture. */
  async push({ id, source, strategy, inputDigest, input }: FrameRecord, tile: number, attempt: number, device: string) {
    if (input === null) return;
    const { metrics, wirePlan } = this.#parts;
    const facts = { frame: id, tile, attempt, source, strategy, inputDigest, reuse: NO_REUSE };
    const bytes = cutTaskBody(wirePlan, facts, input);
    await this.#client(device).call('pushTask', {
      body: { mediaType: 'application/octet-stream', bytes },
      signal: this.#stop.signal,
      timeoutMs: PUSH_TIMEOUT_MS,
    });
    metrics.retries.inc({ what: 'tile' });
    metrics.bytesSent.inc({ kind: 'input' }, bytes.byteLength);
  }

  /** Tells a frame's source how it ended; a source that cannot be told finds out by itself in time. */
  async notify(record: FrameRecord): Promise<void> {
    const { log, registry } = this.#parts;
    const { signal } = this.#stop;
    for (let tries = 1; tries <= NOTIFY_TRIES && registry.isLive(record.source) && !signal.aborted; tries++) {
      try {
        const json = outcomeDocument(record);
        await this.#client(record.source).call('postResult', { json, signal, timeoutMs: NOTIFY_TIMEOUT_MS });
        return;
      } catch (error) {
        log.debug({ frame: record.id, device: record.source, err: error }, 'source could not be told of the outcome');
        await pause(backoffMs(NOTIFY_RETRY, tries, Math.random()), signal);
      }
    }
  }

  #client(device: string) {
    return this.#parts.peers.client(this.#parts.registry.addressOf(device));
  }
}
