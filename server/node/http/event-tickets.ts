import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long after its issue a ticket opens a stream. */
const TICKET_SECONDS = 60;

/**
 * Tickets for `GET /events`, in place of the token, for programs that cannot send headers, as a browser's `EventSource`. A ticket says until when
 * it is good, with a code by this node's own key: the node keeps none of them, and another node does not take it.
 */
export class EventTickets {
  readonly #key = randomBytes(32);
  readonly #nowMs: () => number;

  /** @param nowMs milliseconds of a clock that does not jump. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  issue(): { readonly ticket: string; readonly expiresInSeconds: number } {
    const until = Math.floor(this.#nowMs()) + TICKET_SECONDS * 1000;
    const text = until.toString(36);
    return { ticket: `${text}.${this.#codeOf(text).toString('base64url')}`, expiresInSeconds: TICKET_SECONDS };
  }

  isValid(ticket: unknown): boolean {
    if (typeof ticket !== 'string') return false;
    const [text = '', code = ''] = ticket.split('.', 2);
    const given = Buffer.from(code, 'base64url');
    const expected = this.#codeOf(text);
    return (
      given.byteLength === expected.byteLength &&
      timingSafeEqual(given, expected) &&
      Number.parseInt(text, 36) > this.#nowMs()
    );
  }

  #codeOf(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}
