import { ANSWER_CODE, AnswerError, startOfBody } from './answer-error.js';
import type { components, operations } from './generated/contract.js';
import { OPERATIONS } from './generated/operations.js';
import { type Problem, ProblemError } from './problem-error.js';
import { mediaTypeOf, type Transport, type TransportResponse } from './transport.js';

export type Schemas = components['schemas'];
export type OperationId = keyof operations & keyof typeof OPERATIONS;

type Parameters<K extends OperationId> = operations[K]['parameters'];
type Content<K extends OperationId> = operations[K] extends { requestBody: { content: infer C } } ? C : never;
type JsonBody<K extends OperationId> = Content<K> extends { 'application/json': infer B } ? B : never;
type Responses<K extends OperationId> = operations[K]['responses'];
type JsonAnswer<R> = R extends { content: { 'application/json': infer B } } ? B : never;

/** Parts of a request; what an operation's contract does not have cannot be given. */
export interface CallOptions<K extends OperationId> {
  readonly path?: Parameters<K>['path'];
  readonly query?: Parameters<K>['query'];
  /** Headers that the contract names. */
  readonly header?: Parameters<K>['header'];
  readonly json?: JsonBody<K>;
  /** A body that is not JSON, with its media type. */
  readonly body?: { readonly mediaType: string; readonly bytes: Uint8Array };
  readonly signal?: AbortSignal | undefined;
  /** Bound on the whole exchange; `CLIENT_TIMEOUT_MS` when absent. */
  readonly timeoutMs?: number;
  /** Bound on the time until the answer's head is there; when absent only `timeoutMs` holds. */
  readonly headersTimeoutMs?: number | undefined;
  /** Bound on the time between two pieces of the answer's body; when absent only `timeoutMs` holds. */
  readonly idleTimeoutMs?: number | undefined;
}

export interface Answer<K extends OperationId> {
  readonly status: number;
  readonly mediaType: string | null;
  /** Null when the answer has none of that name. */
  header(name: string): string | null;
  /** The body where it is JSON. */
  readonly json: JsonAnswer<Responses<K>[keyof Responses<K>]> | undefined;
  /** The body as it came. */
  readonly bytes: Uint8Array;
}

export interface ClientOptions {
  /** Origin of the node, e.g. `http://127.0.0.1:8080`; empty in a page that the node serves. */
  readonly baseUrl: string;
  readonly transport: Transport;
  /** As a function it is asked before each request: a token may be replaced. */
  readonly token?: string | (() => string) | undefined;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export const CLIENT_TIMEOUT_MS = 30_000;

/** Talks to one node, typed by `openapi.yaml`. */
export interface DeepThingsClient {
  readonly baseUrl: string;
  /**
   * @throws ProblemError when the node answers with a status of 400 or more.
   * @throws AnswerError when the answer has a status or a media type that the operation does not declare, or is no JSON.
   * @throws the transport's error when no whole answer came.
   */
  call<K extends OperationId>(operation: K, options?: CallOptions<K>): Promise<Answer<K>>;
}

export function createClient(options: ClientOptions): DeepThingsClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  return {
    baseUrl,
    async call(operation, call = {}) {
      const { method, path } = OPERATIONS[operation];
      const headers: Record<string, string> = {
        ...options.headers,
        ...(call.header as Record<string, string> | undefined),
      };
      const token = typeof options.token === 'function' ? options.token() : options.token;
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      if (call.json !== undefined) headers['content-type'] = 'application/json';
      if (call.body !== undefined) headers['content-type'] = call.body.mediaType;
      const response = await options.transport({
        method,
        url: baseUrl + fillPath(path, call.path) + queryText(call.query),
        headers,
        body: call.json === undefined ? call.body?.bytes : JSON.stringify(call.json),
        signal: call.signal,
        timeoutMs: call.timeoutMs ?? CLIENT_TIMEOUT_MS,
        headersTimeoutMs: call.headersTimeoutMs,
        idleTimeoutMs: call.idleTimeoutMs,
      });
      const mediaType = mediaTypeOf(response.header('content-type'));
      if (response.status >= 400) throw problemOf(response, mediaType);
      requireDeclared(operation, response, mediaType);
      return {
        status: response.status,
        mediaType,
        header: (name) => response.header(name) ?? null,
        json: mediaType === 'application/json' ? jsonOf(operation, response) : undefined,
        bytes: response.bytes,
      };
    },
  };
}

/** Of each template the texts around its parameters, and between these their names. */
const templates = new Map<string, readonly string[]>();

function fillPath(template: string, values: object | undefined): string {
  let parts = templates.get(template);
  if (parts === undefined) {
    parts = template.split(/\{(\w+)\}/);
    templates.set(template, parts);
  }
  let path = parts[0]!;
  for (let i = 1; i < parts.length; i += 2) path += segmentOf(template, parts[i]!, values) + parts[i + 1]!;
  return path;
}

function segmentOf(template: string, name: string, values: object | undefined): string {
  const value = (values as Record<string, unknown> | undefined)?.[name];
  if (value === undefined) throw new TypeError(`path parameter "${name}" of ${template} is missing`);
  const segment = encodeURIComponent(String(value));
  // A URL resolves these, encoded or not: the request would go to another path.
  if (segment === '' || segment === '.' || segment === '..') {
    throw new TypeError(`path parameter "${name}" of ${template} cannot be "${segment}"`);
  }
  return segment;
}

function queryText(query: object | undefined): string {
  let text = '';
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null) continue;
    text += `${text === '' ? '?' : '&'}${name}=${encodeURIComponent(String(value))}`;
  }
  return text;
}

/** A login page or a redirect of a proxy has a status that looks like success. */
function requireDeclared(operation: OperationId, response: TransportResponse, mediaType: string | null): void {
  const answers: AnswerTypes = OPERATIONS[operation].answers;
  const types = answers[response.status];
  const isEmpty = response.bytes.byteLength === 0;
  if (types !== undefined && (types.length === 0 ? isEmpty : types.includes(mediaType ?? ''))) return;
  const expected = Object.entries(answers).map(([status, one]) => `${status} ${one.join(' or ') || 'without a body'}`);
  const got = `${response.status} ${mediaType ?? 'without a type'}, ${startOfBody(response.bytes)}`;
  throw new AnswerError(response.status, `expected of ${operation} ${expected.join(' or ')}; got ${got}: ${NO_NODE}`);
}

type AnswerTypes = Readonly<Record<number, readonly string[]>>;

const NO_NODE = 'a proxy, a login page or another program answers in place of the node';

function jsonOf(operation: OperationId, response: TransportResponse): never {
  try {
    return parseJson(response);
  } catch (cause) {
    const got = `${response.status} with ${startOfBody(response.bytes)}`;
    throw new AnswerError(response.status, `expected JSON of ${operation}; got ${got}: ${NO_NODE}`, { cause });
  }
}

function parseJson(response: TransportResponse): never {
  return JSON.parse(new TextDecoder().decode(response.bytes)) as never;
}

function problemOf(response: TransportResponse, mediaType: string | null): ProblemError {
  const retryAfter = Number(response.header('retry-after') ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null;
  const problem = mediaType === 'application/problem+json' ? parseProblem(response) : null;
  return new ProblemError(problem ?? unexpectedAnswer(response.status), retryAfterSeconds);
}

/** @returns null for what a proxy or another program answers, and calls a problem. */
function parseProblem(response: TransportResponse): Problem | null {
  try {
    const problem = parseJson(response) as Partial<Problem> | null;
    if (typeof problem?.code !== 'string' || typeof problem.detail !== 'string') return null;
    return { ...(problem as Problem), status: response.status };
  } catch {
    return null;
  }
}

function unexpectedAnswer(status: number): Problem {
  const detail = `the node answered ${status} without a problem document`;
  return { type: 'about:blank', title: 'Unexpected answer', status, code: ANSWER_CODE, detail };
}
