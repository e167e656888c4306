import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../../client/problem-error.js';
import { DeepThingsError } from '../../errors.js';

/** An error that has its HTTP status with it. */
export class HttpProblem extends DeepThingsError {
  readonly status: number;
  /** Sent as Retry-After. */
  readonly retryAfterSeconds: number | null;
  /** Sent with the answer: what the client may ask for instead. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    options: { cause?: unknown; retryAfterSeconds?: number; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(code, detail, options);
    this.name = 'HttpProblem';
    this.status = status;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.headers = options.headers ?? {};
  }
}

/** Status of errors that are raised where HTTP is not known. What is not here is the node's own fault: 500. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  DT_PICTURE_EMPTY: 415,
  DT_PICTURE_FORMAT: 415,
  DT_PICTURE_BROKEN: 422,
  DT_PICTURE_SIZE: 422,
  DT_PICTURE_TOO_LARGE: 413,
  DT_PICTURE_DIMENSIONS: 413,
  DT_TENSOR_BODY: 422,
  DT_TASK_BODY: 422,
  DT_RESULT_BODY: 422,
  DT_OVERLAP_BODY: 422,
  DT_REGION: 422,
  DT_STORE_FULL: 507,
  DT_STORE_FAILED: 507,
  DT_INPUT_DIFFERS: 409,
};

const BOUNDS = 'GET /cluster says how many bytes a picture may have, limits.pictureBytes in cluster.yaml sets it';

/** What Fastify itself refuses, in our codes, and in our words where its own do not say what to do. */
const FASTIFY_FAULTS: Readonly<Record<string, readonly [status: number, code: string, detail?: string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'DT_MEDIA_TYPE'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'DT_BODY_TOO_LARGE', `expected a smaller body: ${BOUNDS}`],
  FST_REQ_FILE_TOO_LARGE: [413, 'DT_PICTURE_TOO_LARGE', `expected a smaller picture: ${BOUNDS}`],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'DT_REQUEST'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'DT_REQUEST'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'DT_REQUEST'],
};

interface FastifyFault {
  readonly code?: string;
  readonly statusCode?: number;
  readonly validation?: readonly { readonly instancePath?: string; readonly message?: string }[];
  readonly validationContext?: string;
}

export function problemDocument(status: number, code: string, detail: string, errors?: readonly string[]): Problem {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, code, detail, ...(errors && { errors: [...errors] }) };
}

/**
 * The problem that an error is answered with. An error that nobody meant tells the client nothing but that; its text
 * goes to the log only.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof HttpProblem) return problemDocument(error.status, error.code, error.message);
  if (error instanceof DeepThingsError) {
    const status = STATUS_OF_CODE[error.code];
    if (status !== undefined) return problemDocument(status, error.code, error.message);
    return problemDocument(500, 'DT_INTERNAL', 'the node failed to answer; its log says why');
  }
  const fault = error as FastifyFault;
  if (fault.validation !== undefined) {
    const where = fault.validationContext ?? 'request';
    const lines = fault.validation.map(({ instancePath, message }) => `${where}${instancePath ?? ''} ${message ?? ''}`);
    const errors = [...new Set(lines)];
    return problemDocument(400, 'DT_REQUEST', errors.join('; '), errors);
  }
  const known = FASTIFY_FAULTS[fault.code ?? ''];
  if (known !== undefined) return problemDocument(known[0], known[1], known[2] ?? (error as Error).message);
  const status = fault.statusCode;
  if (status !== undefined && status >= 400 && status < 500) {
    return problemDocument(status, 'DT_REQUEST', (error as Error).message);
  }
  return problemDocument(500, 'DT_INTERNAL', 'the node failed to answer; its log says why');
}
