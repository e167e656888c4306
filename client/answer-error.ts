/** The one code that the client itself gives, here and as a problem; every other is a node's. */
export const ANSWER_CODE = 'DT_ANSWER';

/** The answer is none that the operation declares: it comes from a proxy, a login page or another program. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly code = ANSWER_CODE;
  /** Of the answer. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

const SHOWN_BYTES = 60;

/** The first characters of a body, quoted and without control characters, for a message. */
export function startOfBody(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) return 'no body';
  const text = new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES)).replace(/[^\x20-\x7e]+/g, ' ');
  return `"${text}${bytes.byteLength > SHOWN_BYTES ? '…' : ''}"`;
}
