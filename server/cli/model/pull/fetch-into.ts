import { type Dispatcher, fetch, type Response } from 'undici';
import { VERSION } from '../../../node/version.js';
import { formatBytes } from '../../terminal/quantities.js';
import type { PartialFile } from './partial-file.js';

export interface FetchOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  /** Lengths that the file can have; another is not fetched. */
  readonly lengths: readonly number[];
  /** Told of the bytes that are there, after each chunk. */
  readonly onBytes: (bytes: number) => void;
}

/** Why a source did not give the file. */
export class SourceFailure extends Error {
  /** `broken`: worth another try; `refused`: not; `wrong`: what it gives is another file. */
  readonly kind: 'broken' | 'refused' | 'wrong';

  constructor(kind: SourceFailure['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Statuses that a server gives for a while. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Fetches a file, or the rest of it where the server still has the version that the first part is of.
 *
 * @throws SourceFailure; DeepThingsError `DT_PULL_SPACE`.
 */
export async function fetchInto(url: string, partial: PartialFile, options: FetchOptions): Promise<void> {
  const validator = partial.validatorFor(url);
  const offset = partial.bytes;
  const headers: Record<string, string> = { ...options.headers };
  if (validator !== null) Object.assign(headers, { range: `bytes=${offset}-`, 'if-range': validator });
  const response = await request(url, { ...options, headers });
  if (response.status === 206 && validator !== null && startsAt(response, offset)) {
    await receive(response, partial, options);
    return;
  }
  if (response.status === 200) {
    checkLength(response, options.lengths);
    await partial.restart({ url, validator: strongValidator(response) });
    await receive(response, partial, options);
    return;
  }
  await response.body?.cancel();
  if (response.status === 206 || response.status === 416) {
    // The rest that was asked for is not there, so the next try asks for all of it.
    await partial.discard();
    throw new SourceFailure('broken', `answered ${response.status} with another part than was asked for`);
  }
  const kind = PASSING.has(response.status) ? 'broken' : 'refused';
  throw new SourceFailure(kind, `answered ${response.status} ${response.statusText}`.trimEnd());
}

async function request(url: string, { headers, dispatcher, signal }: FetchOptions): Promise<Response> {
  try {
    return await fetch(url, {
      dispatcher,
      signal,
      // Packed on the way, a part of the file could not be told by its length.
      headers: { 'accept-encoding': 'identity', 'user-agent': `deepthings/${VERSION}`, ...headers },
    });
  } catch (error) {
    throw signal.aborted ? error : new SourceFailure('broken', `cannot be reached (${reasonOf(error)})`);
  }
}

async function receive(response: Response, partial: PartialFile, options: FetchOptions): Promise<void> {
  const most = Math.max(...options.lengths);
  const chunks = response.body?.[Symbol.asyncIterator]();
  while (chunks !== undefined) {
    const { done, value } = await nextChunk(chunks, options.signal);
    if (done) return;
    if (partial.bytes + value.byteLength > most) {
      await response.body?.cancel().catch(() => {});
      throw new SourceFailure('wrong', `gives more than the ${most} bytes that the model's weights have`);
    }
    await partial.append(value);
    options.onBytes(partial.bytes);
  }
}

async function nextChunk(
  chunks: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<IteratorResult<Uint8Array, unknown>> {
  try {
    return await chunks.next();
  } catch (error) {
    throw signal.aborted ? error : new SourceFailure('broken', `broke off (${reasonOf(error)})`);
  }
}

function checkLength(response: Response, lengths: readonly number[]): void {
  const text = response.headers.get('content-length');
  if (text === null || lengths.includes(Number(text))) return;
  void response.body?.cancel();
  throw new SourceFailure(
    'wrong',
    `has ${text} bytes (${formatBytes(Number(text))}), and the model's weights have ${lengths.join(' or ')}`,
  );
}

function startsAt(response: Response, offset: number): boolean {
  return response.headers.get('content-range')?.startsWith(`bytes ${offset}-`) ?? false;
}

/** What may stand in If-Range (RFC 9110, 13.1.5): no weak ETag, which does not tell bytes apart. */
function strongValidator(response: Response): string | null {
  const etag = response.headers.get('etag');
  return etag !== null && !etag.startsWith('W/') ? etag : response.headers.get('last-modified');
}

/** The code of the lowest cause, such as ENOTFOUND; undici wraps it. */
function reasonOf(error: unknown): string {
  const { cause, code, message } = error as Error & { cause?: unknown; code?: string };
  return cause instanceof Error ? reasonOf(cause) : (code ?? message);
}
