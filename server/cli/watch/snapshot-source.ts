import { performance } from 'node:perf_hooks';
import { Agent, fetch } from 'undici';
import { withDeadline } from '../../../client/deadline-signal.js';
import type { PictureGate, PictureSource } from '../../cameras/source-picture.js';
import { DeepThingsError } from '../../errors.js';
import { sniffPicture } from '../../imaging/picture-format.js';
import { backoffMs } from '../../node/backoff.js';
import { pause } from '../../node/pause.js';
import type { CredentialedUrl } from '../credentialed-url.js';
import type { PictureBody } from '../submit/picture-file.js';

export interface SnapshotOptions {
  readonly address: CredentialedUrl;
  readonly intervalMs: number;
  /** Ends after one picture. */
  readonly once: boolean;
  readonly pictureBytes: number;
}

const TIMEOUT_MS = 10_000;
const LONGEST_PAUSE_MS = 30_000;

/** An address that gives a camera's present picture, asked at an interval; less often while it does not answer. */
export class SnapshotSource implements PictureSource {
  readonly #options: SnapshotOptions;

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  async run(gate: PictureGate, signal: AbortSignal): Promise<void> {
    const { address, intervalMs, once } = this.#options;
    // A camera is near: no proxy.
    const dispatcher = new Agent({ connections: 1 });
    let failures = 0;
    try {
      while (!signal.aborted) {
        const startedMs = performance.now();
        try {
          const picture = { name: new Date().toISOString(), body: await this.#fetch(dispatcher, signal) };
          if (failures > 0) gate.note(`${address.plain} answers again`);
          failures = 0;
          if (once) {
            await gate.submit(picture);
            return;
          }
          gate.offer(picture);
        } catch (error) {
          if (signal.aborted) return;
          const reason = address.redact(reasonOf(error));
          if (once) throw new DeepThingsError('DT_WATCH_SOURCE', `${address.plain}: ${reason}`, { cause: error });
          failures++;
          gate.note(`${address.plain}: ${reason}; it is tried again`);
        }
        const backoff = { firstMs: intervalMs, mostMs: Math.max(intervalMs, LONGEST_PAUSE_MS) };
        const wait = failures === 0 ? intervalMs : backoffMs(backoff, failures, 1);
        await pause(Math.max(0, wait - (performance.now() - startedMs)), signal);
      }
    } finally {
      await dispatcher.destroy();
    }
  }

  async #fetch(dispatcher: Agent, signal: AbortSignal): Promise<PictureBody> {
    return await withDeadline(signal, TIMEOUT_MS, (bounded) => this.#fetchWithin(dispatcher, bounded));
  }

  async #fetchWithin(dispatcher: Agent, signal: AbortSignal): Promise<PictureBody> {
    const { address, pictureBytes } = this.#options;
    const response = await fetch(address.plain, { dispatcher, signal, headers: address.headers });
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || /^(multipart|video)\//i.test(type)) {
      void response.body?.cancel();
      if (!response.ok) throw new Error(`answers ${response.status} ${response.statusText}`.trimEnd());
      throw new Error(`gives a stream (${type}), no picture: watch it with --video`);
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > pictureBytes) throw new Error(`gives more than the ${pictureBytes} bytes that a picture may have`);
      chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    return { mediaType: sniffPicture(body), bytes: body };
  }
}

/** The code of the lowest cause, such as ECONNREFUSED; undici wraps it. */
function reasonOf(error: unknown): string {
  const { cause, code, message } = error as Error & { cause?: unknown; code?: string };
  if (cause instanceof Error) return reasonOf(cause);
  return typeof code === 'string' && !(error instanceof DeepThingsError) ? code : message;
}
