import { performance } from 'node:perf_hooks';
import type { ConnectionOptions } from 'node:tls';
import { DeepThingsError, hasCode } from '../errors.js';
import { pause } from '../node/pause.js';
import { type AnswerContent, readContent } from './answer-content.js';
import { CameraError } from './camera-error.js';
import { CameraClient } from './http/camera-client.js';
import { JpegSplitter } from './jpeg-splitter.js';
import type { Credentials } from './login/digest.js';
import { PicturePace } from './picture-pace.js';
import { retryPauseMs } from './retry-pause.js';
import { SilenceWatch } from './silence-watch.js';
import type { PictureBytes, PictureGate, PictureSource, SourcePicture } from './source-picture.js';

/** The address of a camera, with its credentials apart. */
export interface CameraAddress {
  /** Without credentials; for people as well. */
  readonly plain: string;
  readonly credentials: Credentials | null;
  /** A text without the credentials that it may repeat. */
  readonly redact: (text: string) => string;
}

export interface CameraSettings {
  /** Between two snapshots. */
  readonly intervalMs: number;
  /** Pictures a second that are taken of a stream. */
  readonly fps: number;
  /** A stream that gives no picture for so long is opened again. */
  readonly silenceMs: number;
  /** Longest time without a byte of a snapshot. */
  readonly idleMs: number;
  /** Longest time for all of a snapshot. */
  readonly snapshotMs: number;
  /** Ends after one picture. */
  readonly once: boolean;
  readonly pictureBytes: number;
  /** Whether the address gives a stream, though its type does not say so. */
  readonly isStream: boolean;
}

export interface CameraParts {
  readonly address: CameraAddress;
  readonly tls: ConnectionOptions;
  readonly settings: CameraSettings;
  /** Plays the address when it gives a video that is no stream of JPEGs. */
  readonly video: PictureSource;
}

/** A stream that ran for so long was in order. */
const HEALTHY_MS = 30_000;

/**
 * A camera at an http or https address. One that gives a picture is asked at an interval; one that gives a stream of
 * JPEGs (MJPEG) is read for as long as it sends. Both are asked less often after a failure.
 */
export class CameraSource implements PictureSource {
  readonly #address: CameraAddress;
  readonly #tls: ConnectionOptions;
  readonly #settings: CameraSettings;
  readonly #video: PictureSource;

  constructor({ address, settings, tls, video }: CameraParts) {
    this.#address = address;
    this.#tls = tls;
    this.#settings = settings;
    this.#video = video;
  }

  /** @throws DeepThingsError `DT_WATCH_SOURCE` with `once`, when there is no picture. */
  async run(gate: PictureGate, signal: AbortSignal): Promise<void> {
    const { idleMs, intervalMs } = this.#settings;
    const { credentials, plain } = this.#address;
    const client = new CameraClient({ url: new URL(plain), credentials, tls: this.#tls, idleMs });
    const stop = () => client.close();
    signal.addEventListener('abort', stop, { once: true });
    let failures = 0;
    const onPicture = () => {
      if (failures > 0) gate.note(`${plain} gives pictures again`);
    };
    try {
      while (!signal.aborted) {
        const startedMs = performance.now();
        const ranMs = () => performance.now() - startedMs;
        try {
          if ((await this.#take(client, gate, signal, onPicture)) === 'over') return;
          failures = 0;
          await pause(Math.max(0, intervalMs - ranMs()), signal);
        } catch (error) {
          if (signal.aborted) return;
          failures = isEnded(error) && ranMs() > HEALTHY_MS ? 1 : failures + 1;
          const waitMs = this.#failed(error, failures, gate);
          client.abandon();
          if (error instanceof CameraError && error.trouble === 'login') client.forgetLogin();
          await pause(waitMs, signal);
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      client.close();
    }
  }

  /** @returns how long to wait before the next try, in milliseconds. */
  #failed(error: unknown, failures: number, gate: PictureGate): number {
    const { intervalMs, once } = this.#settings;
    const isOfCamera = error instanceof CameraError || hasCode(error, 'DT_WATCH_STREAM');
    if (!isOfCamera) throw error;
    const reason = `${this.#address.plain}: ${this.#address.redact((error as Error).message)}`;
    if (once) throw new DeepThingsError('DT_WATCH_SOURCE', reason, { cause: error });
    const waitMs = retryPauseMs(error, failures, intervalMs, Math.random());
    // A wait that differs at each try would have the same trouble said each time.
    const isLong = error instanceof CameraError && error.trouble === 'login';
    gate.note(`${reason}; it is tried again${isLong ? ` in ${Math.round(waitMs / 1000)} s` : ''}`);
    return waitMs;
  }

  /** @returns `picture` when the camera is to be asked again after the interval, `over` when all has been done. */
  async #take(
    client: CameraClient,
    gate: PictureGate,
    signal: AbortSignal,
    onPicture: () => void,
  ): Promise<'picture' | 'over'> {
    const { once } = this.#settings;
    const content = await this.#ask(client);
    if (signal.aborted) return 'over';
    switch (content.kind) {
      case 'picture': {
        onPicture();
        const picture = named(content.picture);
        if (!once) gate.offer(picture);
        else await gate.submit(picture);
        return once ? 'over' : 'picture';
      }
      case 'stream':
        return this.#read(content.chunks, client, gate, onPicture);
      case 'video':
        client.abandon();
        await this.#video.run(gate, signal);
        return 'over';
    }
  }

  /** A snapshot is there as a whole, of a stream the beginning. */
  async #ask(client: CameraClient): Promise<AnswerContent> {
    const { isStream, pictureBytes, snapshotMs } = this.#settings;
    const late = new CameraError('unreachable', `did not give a whole picture within ${snapshotMs / 1000} s`);
    const timer = setTimeout(() => client.abandon(late), snapshotMs);
    try {
      const answer = await client.get();
      const limitIdle = (ms: number) => client.limitIdle(ms);
      const content = await readContent(answer, { pictureBytes, isStream, limitIdle });
      if (content.kind === 'picture') client.release(answer.body);
      return content;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Reads a stream for as long as it gives pictures.
   *
   * @returns `picture` when it was no more than one: a snapshot in the clothes of a stream.
   * @throws CameraError when it ends or breaks.
   */
  async #read(
    chunks: AsyncIterable<Buffer>,
    client: CameraClient,
    gate: PictureGate,
    onPicture: () => void,
  ): Promise<'picture' | 'over'> {
    const { fps, once, pictureBytes, silenceMs } = this.#settings;
    const splitter = new JpegSplitter(pictureBytes);
    const pace = new PicturePace(fps);
    const broken = () => (splitter.broken > 0 ? ` (pictures without an end: ${splitter.broken})` : '');
    const silence = new SilenceWatch({
      silenceMs,
      onSilence: () => client.abandon(new CameraError('unreachable', `gave ${silence.words}${broken()}`)),
    });
    // The silence of pictures counts, not that of bytes.
    client.limitIdle(0);
    let pictures = 0;
    try {
      for await (const chunk of chunks) {
        for (const bytes of splitter.push(chunk)) {
          silence.heard();
          pictures++;
          if (pictures === 1) onPicture();
          const picture = named({ mediaType: 'image/jpeg', bytes });
          if (once) {
            silence.stop();
            await gate.submit(picture);
            return 'over';
          }
          if (pace.isDue(performance.now())) gate.offer(picture);
        }
      }
    } catch (error) {
      if (pictures > 0 && error instanceof CameraError) {
        throw new CameraError('ended', error.message, { cause: error });
      }
      throw error;
    } finally {
      silence.stop();
    }
    if (pictures === 1) return 'picture';
    if (pictures > 1) throw new CameraError('ended', `the stream ended${broken()}`);
    throw new CameraError('answer', `the stream ended without a whole picture${broken()}`);
  }
}

function isEnded(error: unknown): boolean {
  return error instanceof CameraError && error.trouble === 'ended';
}

/** A picture is named by the time at which it arrived. */
function named(body: PictureBytes): SourcePicture {
  return { name: new Date().toISOString(), body };
}
