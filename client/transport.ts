/** One HTTP exchange, whatever carries it. */
export interface TransportRequest {
  readonly method: string;
  /** Origin, path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bound on the whole exchange. */
  readonly timeoutMs: number;
  /** Until the answer's head is there. A transport that cannot tell goes by `timeoutMs` alone, here and below. */
  readonly headersTimeoutMs?: number | undefined;
  /** Between two pieces of the answer's body. */
  readonly idleTimeoutMs?: number | undefined;
}

export interface TransportResponse {
  readonly status: number;
  header(name: string): string | null;
  readonly bytes: Uint8Array;
}

/** Carries out one exchange; rejects when no whole response came (refused, reset, damaged, timed out, aborted). */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** A content type without its parameters. */
export function mediaTypeOf(contentType: string | null): string | null {
  if (contentType === null) return null;
  const end = contentType.indexOf(';');
  return end === -1 ? contentType.trim() : contentType.slice(0, end).trim();
}
