/**
 * Memory for border strips that frames before have left, to be used again. Memory that threads share is collected only
 * when each of them has collected what it knows of it: left to that, a device grows by all the strips of some dozens of frames.
 */
export class StripBuffers {
  readonly #limitBytes: number;
  /** In the order in which they were given back. */
  #idle: SharedArrayBuffer[] = [];
  #bytes = 0;

  /** @param limitBytes that wait to be used again; beyond it the oldest are let go. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that wait to be used again. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns one of at least so many bytes, of at most twice as many; with anything in it. */
  take(bytes: number): SharedArrayBuffer {
    let best = -1;
    for (const [i, { byteLength }] of this.#idle.entries()) {
      if (byteLength < bytes || byteLength > 2 * bytes) continue;
      if (best < 0 || byteLength < this.#idle[best]!.byteLength) best = i;
    }
    if (best < 0) return new SharedArrayBuffer(bytes);
    const [buffer] = this.#idle.splice(best, 1);
    this.#bytes -= buffer!.byteLength;
    return buffer!;
  }

  /**
   * @param buffers that nobody will read any more but jobs that the compute thread has already; what threads do not share
   * is left to the collector.
   */
  give(buffers: Iterable<ArrayBufferLike>): void {
    for (const buffer of buffers) {
      if (!(buffer instanceof SharedArrayBuffer)) continue;
      this.#idle.push(buffer);
      this.#bytes += buffer.byteLength;
    }
    while (this.#bytes > this.#limitBytes) this.#bytes -= this.#idle.shift()!.byteLength;
  }
}
