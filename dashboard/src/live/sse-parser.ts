/** One server-sent event, as the WHATWG HTML standard dispatches it. */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
  /** The latest id that the stream has given, with this event or before it; empty when it gave none. */
  readonly id: string;
}

/** A line or an event's data larger than this is no event of ours. */
export const SSE_EVENT_CHARACTERS = 8 * 1024 * 1024;

const LINE_END = /\r\n|\r|\n/g;

/**
 * Turns the bytes of an event stream into events, wherever the network cut them: inside a character, between CR and
 * LF, in the middle of a field. The `retry` field is read over: how long to wait is the caller's decision.
 */
export class SseParser {
  readonly #decoder = new TextDecoder();
  /** What came since the last line end. */
  #rest = '';
  #afterCarriageReturn = false;
  #event = '';
  #data: string[] = [];
  #dataCharacters = 0;
  #lastId: string;

  constructor(lastId = '') {
    this.#lastId = lastId;
  }

  /**
   * @returns the events that the bytes complete.
   * @throws RangeError when an event is larger than `SSE_EVENT_CHARACTERS`.
   */
  push(bytes: Uint8Array): SseEvent[] {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return [];
    if (this.#afterCarriageReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterCarriageReturn = text === '' ? false : text.endsWith('\r');

    const lines = (this.#rest + text).split(LINE_END);
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > SSE_EVENT_CHARACTERS) throw tooLarge();
    const events: SseEvent[] = [];
    for (const line of lines) {
      const event = this.#take(line);
      if (event !== null) events.push(event);
    }
    return events;
  }

  #take(line: string): SseEvent | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#takeData(value);
    else if (field === 'id' && !value.includes('\0')) this.#lastId = value;
    return null;
  }

  #takeData(value: string): void {
    this.#data.push(value);
    this.#dataCharacters += value.length + 1;
    if (this.#dataCharacters > SSE_EVENT_CHARACTERS) throw tooLarge();
  }

  #dispatch(): SseEvent | null {
    const complete = { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#lastId };
    const empty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    this.#dataCharacters = 0;
    return empty ? null : complete;
  }
}

function tooLarge(): RangeError {
  return new RangeError(`expected events of at most ${SSE_EVENT_CHARACTERS} characters, got a larger one`);
}
