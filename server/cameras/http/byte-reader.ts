/** Bytes as they arrive, some of which may be given back to be read again. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #back: Buffer[] = [];

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /**
   * @returns the next bytes, at least one; null at the end.
   * @throws what ended the connection.
   */
  async next(): Promise<Buffer | null> {
    const kept = this.#back.pop();
    if (kept !== undefined) return kept;
    while (true) {
      const { done, value } = await this.#chunks.next();
      if (done) return null;
      if (value.length > 0) return value;
    }
  }

  giveBack(bytes: Buffer): void {
    if (bytes.length > 0) this.#back.push(bytes);
  }

  /** Whether bytes have been given back and wait. */
  get hasLeft(): boolean {
    return this.#back.length > 0;
  }

  /**
   * @returns a line without its end, which is LF or CR LF; null when none comes within the limit.
   */
  async line(mostBytes: number): Promise<string | null> {
    let line: Buffer = Buffer.alloc(0);
    while (line.length <= mostBytes) {
      const chunk = await this.next();
      if (chunk === null) return null;
      const end = chunk.indexOf(0x0a);
      line = Buffer.concat([line, end < 0 ? chunk : chunk.subarray(0, end)]);
      if (end < 0) continue;
      this.giveBack(chunk.subarray(end + 1));
      return line.toString('latin1').replace(/\r$/, '');
    }
    return null;
  }
}
