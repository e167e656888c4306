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
