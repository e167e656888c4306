export interface SentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** Reads a node's events as a browser would. */
export class EventReader {
  readonly status: number;
  readonly mediaType: string | null;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #abort: AbortController;
  #text = '';

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.mediaType = response.headers.get('content-type');
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    this.#abort = abort;
  }

  /** @param query as it stands behind the question mark. */
  static async open(node: string, headers: Record<string, string> = {}, query = ''): Promise<EventReader> {
    const abort = new AbortController();
    return new EventReader(await fetch(`${node}/events?${query}`, { headers, signal: abort.signal }), abort);
  }

  /** The next event; null at the end of the stream. */
  async next(): Promise<SentEvent | null> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const fields = this.#text.slice(0, end).split('\n');
        this.#text = this.#text.slice(end + 2);
        const value = (name: string) => fields.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const data = value('data');
        if (data !== undefined) return { id: value('id')!, event: value('event')!, data: JSON.parse(data) };
        continue;
      }
      const { done, value } = await this.#reader.read();
      if (done) return null;
      this.#text += value;
    }
  }

  /** The events up to the first that is wanted, which is the last. */
  async until(wanted: (event: SentEvent) => boolean): Promise<SentEvent[]> {
    const seen: SentEvent[] = [];
    for (;;) {
      const event = await this.next();
      if (event === null) throw new Error('the stream ended');
      seen.push(event);
      if (wanted(event)) return seen;
    }
  }

  close(): void {
    this.#abort.abort();
  }
}
