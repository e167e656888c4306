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
}

export interface TransportResponse {
  readonly status: number;
  header(name: string): string | null;
  readonly bytes: Uint8Array;
}

/** Carries out one exchange; rejects when no whole response came (refused, reset, timed out, aborted). */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;
