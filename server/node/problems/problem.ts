import { STATUS_CODES } from 'node:http';
import type { Problem } from '../../../client/problem-error.js';
import { ERROR_CODES, type ErrorCode, isErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import { mistakesText, type RequestMistake, requestMistakes, type ValidationError } from './request-mistakes.js';

type StatusesOf<Code extends ErrorCode> = (typeof ERROR_CODES)[Code]['status'];
type OneStatusCode = { [Code in ErrorCode]: StatusesOf<Code> extends number ? Code : never }[ErrorCode];

/**
 * What an answer says: a code that has one status; a code that has several, with one of them; or a code that is passed on
 * with the status of this answer, of a frame that failed or of what another node answered.
 */
export type Refusal =
  | OneStatusCode
  | {
      [Code in ErrorCode]: StatusesOf<Code> extends readonly number[]
        ? { readonly code: Code; readonly status: StatusesOf<Code>[number] }
        : never;
    }[ErrorCode]
  | { readonly code: ErrorCode; readonly passedOnAs: number };

export interface HttpProblemOptions {
  readonly cause?: unknown;
  /** Sent as Retry-After. */
  readonly retryAfterSeconds?: number | null;
  /** Sent with the answer: what the client may ask for instead. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What was wrong in which parameter. */
  readonly mistakes?: readonly RequestMistake[];
}

/** An error that has its HTTP status with it. */
export class HttpProblem extends DeepThingsError {
  readonly status: number;
  readonly retryAfterSeconds: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly mistakes: readonly RequestMistake[] | undefined;

  constructor(refusal: Refusal, detail: string, options: HttpProblemOptions = {}) {
    const { code, status } = answerOf(refusal);
    super(code, detail, options);
    this.name = 'HttpProblem';
    this.status = status;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.headers = options.headers ?? {};
    this.mistakes = options.mistakes;
  }
}

/** A parameter that the contract's schema allows is wrong beside the others, or has no meaning. */
export function parameterProblem(name: string, detail: string): HttpProblem {
  const mistakes = [{ in: 'query', name, detail }] as const;
  return new HttpProblem({ code: 'DT_REQUEST', status: 400 }, mistakesText(mistakes), { mistakes });
}

function answerOf(refusal: Refusal): { readonly code: ErrorCode; readonly status: number } {
  if (typeof refusal === 'string') return { code: refusal, status: ERROR_CODES[refusal].status };
  return { code: refusal.code, status: 'status' in refusal ? refusal.status : refusal.passedOnAs };
}

/** The answer to a submission that waits for its frame, when the frame fails or is dropped. */
export function frameProblem(
  frame: string,
  { code, detail }: { readonly code: string; readonly detail: string },
): HttpProblem {
  const known = isErrorCode(code) ? code : 'DT_INTERNAL';
  if (known === 'DT_FRAME_SUPERSEDED') return new HttpProblem(known, `frame ${frame} was dropped: ${detail}`);
  return new HttpProblem({ code: known, passedOnAs: 500 }, `frame ${frame} failed: ${detail}`);
}

/** Path of the page that explains every error code. */
export const ERRORS_PATH = '/docs/errors';

const BOUNDS = 'GET /cluster says how many bytes a picture may have, limits.pictureBytes in cluster.yaml sets it';

/** What Fastify itself refuses, in our codes, and in our words where its own do not say what to do. */
const FASTIFY_FAULTS: Readonly<Record<string, readonly [refusal: Refusal, detail?: string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['DT_MEDIA_TYPE'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['DT_BODY_TOO_LARGE', `expected a smaller body: ${BOUNDS}`],
  FST_REQ_FILE_TOO_LARGE: ['DT_PICTURE_TOO_LARGE', `expected a smaller picture: ${BOUNDS}`],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [{ code: 'DT_REQUEST', status: 400 }],
  FST_ERR_CTP_EMPTY_JSON_BODY: [{ code: 'DT_REQUEST', status: 400 }],
  FST_ERR_CTP_INVALID_JSON_BODY: [{ code: 'DT_REQUEST', status: 400 }],
};

interface FastifyFault {
  readonly code?: string;
  readonly statusCode?: number;
  readonly validation?: readonly ValidationError[];
  readonly validationContext?: string;
}

type CodedProblem = Problem & { readonly code: ErrorCode };

export function problemDocument(refusal: Refusal, detail: string, mistakes?: readonly RequestMistake[]): CodedProblem {
  const { code, status } = answerOf(refusal);
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: `${ERRORS_PATH}#${code}`, title, status, code, detail, ...(mistakes && { errors: [...mistakes] }) };
}

/**
 * The problem that an error is answered with. An error that is not meant for the client tells it nothing but that; its
 * text goes to the log only.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof HttpProblem) {
    return problemDocument({ code: error.code, passedOnAs: error.status }, error.message, error.mistakes);
  }
  if (error instanceof DeepThingsError) {
    const { code, message } = error;
    return hasOneStatus(code) ? problemDocument(code, message) : internalProblem();
  }
  const fault = error as FastifyFault;
  if (fault.validation !== undefined) {
    const mistakes = requestMistakes(fault.validation, fault.validationContext ?? 'body');
    return problemDocument({ code: 'DT_REQUEST', status: 400 }, mistakesText(mistakes), mistakes);
  }
  const known = FASTIFY_FAULTS[fault.code ?? ''];
  if (known !== undefined) return problemDocument(known[0], known[1] ?? (error as Error).message);
  const status = fault.statusCode;
  if (status !== undefined && status >= 400 && status < 500) {
    return problemDocument({ code: 'DT_REQUEST', passedOnAs: status }, (error as Error).message);
  }
  return internalProblem();
}

function hasOneStatus(code: ErrorCode): code is OneStatusCode {
  return typeof ERROR_CODES[code].status === 'number';
}

function internalProblem(): Problem {
  return problemDocument('DT_INTERNAL', 'the node failed to answer; its log says why');
}
