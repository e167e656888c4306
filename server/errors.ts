/**
 * Base of every error that DeepThings raises on purpose. Match `code`, never the text; the message says what was
 * expected, what came and what to do.
 */
export class DeepThingsError extends Error {
  /** Stable, upper case, e.g. `DT_PICTURE_TRUNCATED`. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DeepThingsError';
    this.code = code;
  }
}

/** The end of a `switch` over a union: it compiles only while every member has a case. */
export function unreachable(member: never): never {
  throw new TypeError(`no case for ${JSON.stringify(member)}`);
}
