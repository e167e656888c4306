import type { ErrorCode } from './error-codes.js';

/**
 * Base of every error that DeepThings raises on purpose. Match `code`, never the text; the message says what was
 * expected, what came and what to do.
 */
export class DeepThingsError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DeepThingsError';
    this.code = code;
  }
}

/** Whether an error, of this process or in another node's answer, has this code. */
export function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof Error && (error as Error & { readonly code?: unknown }).code === code;
}

/** The end of a `switch` over a union: it compiles only while every member has a case. */
export function unreachable(member: never): never {
  throw new TypeError(`no case for ${JSON.stringify(member)}`);
}
