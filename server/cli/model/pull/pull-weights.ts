import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, mkdir, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Dispatcher } from 'undici';
import { DeepThingsError } from '../../../errors.js';
import type { DarknetNetwork } from '../../../formats/darknet/darknet-network.js';
import { weightsFileBytes } from '../../../formats/darknet/weights/darknet-weights.js';
import { CHECKED_BYTES, checkWeightsFile } from '../../../formats/darknet/weights/darknet-weights-check.js';
import { NO_REMARK } from '../../../model/remark.js';
import { pause } from '../../../node/pause.js';
import { type Backoff, backoffMs } from '../../../node/peers/backoff.js';
import { fetchInto, SourceFailure } from './fetch-into.js';
import { noRoom, PartialFile } from './partial-file.js';

export interface PullSource {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface PullOptions {
  readonly network: DarknetNetwork;
  /** Tried in this order. */
  readonly sources: readonly PullSource[];
  /** Where the weights belong; its folder is made. */
  readonly target: string;
  /** The one length that the file has, where that is known. */
  readonly byteLength?: number | undefined;
  /** Hex. */
  readonly sha256?: string | undefined;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number, total: number) => void;
  /** Between tries at one source. */
  readonly backoff?: Backoff;
}

/** Both forms of a Darknet header. */
const HEADERS = [20, 16];
/** At one source: without a byte more than before, and in all. */
const FRUITLESS_TRIES = 3;
const TRIES = 30;
const BACKOFF: Backoff = { firstMs: 500, mostMs: 8_000 };

/**
 * Fetches a model's weights, goes on where an earlier pull ended, and checks them before they are put where they belong.
 *
 * @returns their SHA-256, hex.
 * @throws DeepThingsError `DT_PULL_FAILED` with what was wrong at each source, `DT_PULL_SPACE`, `DT_PULL_INTERRUPTED`,
 * `DT_PULL_FOLDER`.
 */
export async function pullWeights(options: PullOptions): Promise<string> {
  const { network, sources, target, byteLength, signal } = options;
  const lengths = byteLength === undefined ? HEADERS.map((bytes) => weightsFileBytes(network, bytes)) : [byteLength];
  await makeFolder(dirname(target));
  const partial = await PartialFile.open(target);
  try {
    await requireRoom(dirname(target), lengths[0]!, partial.bytes);
    const failures: string[] = [];
    for (const source of sources) {
      const failure = await pullFrom(source, partial, lengths, options);
      if (typeof failure !== 'string') return failure.sha256;
      failures.push(`  ${source.url} ${failure}`);
    }
    throw new DeepThingsError('DT_PULL_FAILED', failures.join('\n'));
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new DeepThingsError('DT_PULL_INTERRUPTED', 'interrupted; pull again to go on from what has come', {
      cause: error,
    });
  } finally {
    await partial.close();
  }
}

/** @returns why this source did not do. */
async function pullFrom(
  { url, headers }: PullSource,
  partial: PartialFile,
  lengths: readonly number[],
  options: PullOptions,
): Promise<string | { readonly sha256: string }> {
  const { dispatcher, signal, onProgress, backoff = BACKOFF } = options;
  const onBytes = (bytes: number) => onProgress(bytes, lengths[0]!);
  let fruitless = 0;
  for (let tries = 1; ; tries++) {
    const before = partial.bytes;
    try {
      await fetchInto(url, partial, { headers, dispatcher, signal, lengths, onBytes });
      return { sha256: await finish(partial, options) };
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      if (error.kind === 'wrong') await partial.discard();
      if (error.kind !== 'broken') return error.message;
      fruitless = partial.bytes > before ? 0 : fruitless + 1;
      if (fruitless >= FRUITLESS_TRIES || tries >= TRIES) return error.message;
      await pause(backoffMs(backoff, Math.max(1, fruitless), Math.random()), signal);
      signal.throwIfAborted();
    }
  }
}

/** @throws SourceFailure `wrong` when it is not the model's weights. */
async function finish(partial: PartialFile, { network, sha256, signal }: PullOptions): Promise<string> {
  try {
    checkWeightsFile(network, await partial.read(CHECKED_BYTES), partial.bytes, NO_REMARK);
  } catch (error) {
    if (!(error instanceof DeepThingsError)) throw error;
    throw new SourceFailure('wrong', `gave another file: ${error.message}`);
  }
  const digest = await sha256Of(partial.path, signal);
  if (sha256 !== undefined && digest !== sha256) {
    throw new SourceFailure('wrong', `gave a file of the right length with the SHA-256 ${digest}, not ${sha256}`);
  }
  await partial.finish();
  return digest;
}

/** Hex. */
export async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/**
 * Makes the folder that weights are kept in, and finds out whether files can be made there.
 *
 * @throws DeepThingsError `DT_PULL_FOLDER`
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (cause) {
    const { code = (cause as Error).message } = cause as NodeJS.ErrnoException;
    throw new DeepThingsError(
      'DT_PULL_FOLDER',
      `weights cannot be kept in ${path} (${code}): set XDG_CACHE_HOME to a folder that this user can write`,
      { cause },
    );
  }
}

/** Before anything is asked for: to find out in the middle helps nobody. */
async function requireRoom(folder: string, total: number, kept: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < total - kept) throw noRoom(folder, kept);
}

/** Whether weights that fit the model are there already. */
export async function hasWeights(path: string, network: DarknetNetwork): Promise<boolean> {
  const size = await stat(path).then(
    (stats) => (stats.isFile() ? stats.size : -1),
    () => -1,
  );
  return HEADERS.some((bytes) => weightsFileBytes(network, bytes) === size);
}
