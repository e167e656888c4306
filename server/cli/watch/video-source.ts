import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { JpegSplitter } from '../../cameras/jpeg-splitter.js';
import { SilenceWatch } from '../../cameras/silence-watch.js';
import type { PictureGate, PictureSource } from '../../cameras/source-picture.js';
import { DeepThingsError } from '../../errors.js';
import { pause } from '../../node/pause.js';
import { backoffMs } from '../../node/peers/backoff.js';

export interface VideoInput {
  /** What ffmpeg opens: a path or an address, credentials included. */
  readonly input: string;
  /** The same for people. */
  readonly shown: string;
  readonly redact: (text: string) => string;
  /** A file has an end; a stream that ends is opened again. */
  readonly kind: 'file' | 'stream';
}

export interface VideoSettings {
  /** A file is read as fast as the cluster takes it and no picture is dropped, a stream gives one picture. */
  readonly once: boolean;
  /** Pictures a second. */
  readonly fps: number;
  readonly pictureBytes: number;
  /** A stream that gives no picture for so long is opened again; of a file it is said. */
  readonly silenceMs: number;
}

/** How one opening of the input ended. */
interface Playback {
  /** What ffmpeg complained of, or that the source was silent; null when ffmpeg ended in order. */
  readonly trouble: string | null;
  readonly pictures: number;
}

type Ffmpeg = ChildProcessByStdio<null, Readable, Readable>;

const BACKOFF = { firstMs: 1_000, mostMs: 30_000 };
/** A stream that gave pictures and ran for so long was in order. */
const HEALTHY_MS = 30_000;
/** What is kept of ffmpeg's complaints. */
const COMPLAINT_CHARACTERS = 2_000;
/** What ffmpeg gets to end by itself. */
const END_MS = 2_000;

/** A video file, a camera's device or a stream, read by ffmpeg. */
export class VideoSource implements PictureSource {
  readonly #input: VideoInput;
  readonly #settings: VideoSettings;

  constructor(input: VideoInput, settings: VideoSettings) {
    this.#input = input;
    this.#settings = settings;
  }

  async run(gate: PictureGate, signal: AbortSignal): Promise<void> {
    const { kind, shown } = this.#input;
    let failures = 0;
    while (!signal.aborted) {
      const startedMs = performance.now();
      const { pictures, trouble } = await this.#play(gate, signal, failures > 0);
      if (signal.aborted) return;
      if (kind === 'file' || this.#settings.once) {
        if (trouble === null) return;
        throw new DeepThingsError('DT_WATCH_SOURCE', `${shown}: ${trouble}`);
      }
      const wasHealthy = pictures > 0 && performance.now() - startedMs > HEALTHY_MS;
      failures = wasHealthy ? 1 : failures + 1;
      gate.note(`${shown}: ${trouble ?? 'the stream ended'}; it is opened again`);
      await pause(backoffMs(BACKOFF, failures, Math.random()), signal);
    }
  }

  async #play(gate: PictureGate, signal: AbortSignal, wasAway: boolean): Promise<Playback> {
    const { kind, redact, shown } = this.#input;
    const { once: single, pictureBytes } = this.#settings;
    const ffmpeg = await startFfmpeg(ffmpegArguments(this.#input, this.#settings));
    const closed = once(ffmpeg, 'close') as Promise<[number | null]>;
    const stop = () => endFfmpeg(ffmpeg);
    signal.addEventListener('abort', stop, { once: true });
    let silent: string | null = null;
    const silence = new SilenceWatch({
      silenceMs: silenceLimit(this.#settings),
      onSilence: () => {
        // A file is not opened again: its pictures may lie far apart.
        if (kind === 'file') return gate.note(`${shown}: ${silence.words}; the next one is waited for`);
        silent = silence.words;
        stop();
      },
    });
    let complaint = '';
    ffmpeg.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-COMPLAINT_CHARACTERS);
    });
    const splitter = new JpegSplitter(pictureBytes);
    let number = 0;
    try {
      for await (const chunk of ffmpeg.stdout) {
        for (const bytes of splitter.push(chunk as Buffer)) {
          if (signal.aborted) break;
          number++;
          silence.heard();
          if (number === 1 && wasAway) gate.note(`${shown} gives pictures again`);
          const name = kind === 'file' ? `picture ${number}` : new Date().toISOString();
          const picture = { name, body: { mediaType: 'image/jpeg', bytes } };
          if (!single) {
            gate.offer(picture);
            continue;
          }
          await silence.hold(gate.room());
          void gate.submit(picture);
        }
      }
    } finally {
      silence.stop();
      stop();
      signal.removeEventListener('abort', stop);
    }
    const [code] = await closed;
    if (silent !== null || code === 0 || signal.aborted) return { trouble: silent, pictures: number };
    const words = complaint.trim().split('\n').at(-1) || `ffmpeg ended with ${code ?? 'a signal'}`;
    return { trouble: redact(words), pictures: number };
  }
}

/** Pictures that are asked for less often than the limit get a limit each of their own. */
function silenceLimit({ fps, silenceMs }: VideoSettings): number {
  return Math.max(silenceMs, 2 * (1000 / fps));
}

function ffmpegArguments({ input, kind }: VideoInput, { fps, once: single }: VideoSettings): string[] {
  const isRtsp = /^rtsps?:/i.test(input);
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error'],
    // UDP loses packets on a busy network, which shows as grey smears.
    ...(isRtsp ? ['-rtsp_transport', 'tcp'] : []),
    // In the time that it took to film, as a camera would give it.
    ...(kind === 'file' && !single ? ['-re'] : []),
    ...['-i', input, '-an', '-sn', '-vf', `fps=${fps}`],
    ...(kind === 'stream' && single ? ['-frames:v', '1'] : []),
    ...['-f', 'image2pipe', '-c:v', 'mjpeg', '-q:v', '3', 'pipe:1'],
  ];
}

/** @throws DeepThingsError `DT_USAGE` when there is no ffmpeg on this machine. */
async function startFfmpeg(args: readonly string[]): Promise<Ffmpeg> {
  const ffmpeg = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    await once(ffmpeg, 'spawn');
    return ffmpeg;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const message =
      code === 'ENOENT'
        ? 'a video needs ffmpeg, which is not on this machine: install it with "sudo apt-get install ffmpeg"'
        : `ffmpeg cannot be started (${code})`;
    throw new DeepThingsError('DT_USAGE', message, { cause });
  }
}

function endFfmpeg(ffmpeg: Ffmpeg): void {
  if (ffmpeg.exitCode !== null || ffmpeg.signalCode !== null) return;
  ffmpeg.kill('SIGTERM');
  setTimeout(() => ffmpeg.kill('SIGKILL'), END_MS).unref();
}
