/**
 * Memory for border strips that frames before have left, to be used again. Memory that threads share is collected only
 * when each of them has collected what it knows of it: left to that, a device grows by all the strips of some dozens of frames.
 */
export class StripBuffers {
  readonly #limitBytes: number;
  /** In the order in which they were given back. */
  #idle: IdleBuffer[] = [];
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
    let bestSize = 2 * bytes + 1;
    for (const [i, { size }] of this.#idle.entries()) {
      if (size < bytes || size >= bestSize) continue;
      best = i;
      bestSize = size;
    }
    if (best < 0) return new SharedArrayBuffer(bytes);
    const [{ buffer, size }] = this.#idle.splice(best, 1) as [IdleBuffer];
    this.#bytes -= size;
    return buffer;
  }

  /**
   * @param buffers that nobody will read any more but jobs that the compute thread has already; what threads do not share
   * is left to the collector.
   */
  give(buffers: Iterable<ArrayBufferLike>): void {
    for (const buffer of buffers) {
      if (!(buffer instanceof SharedArrayBuffer)) continue;
      const size = buffer.byteLength;
      this.#idle.push({ buffer, size });
      this.#bytes += size;
    }
    while (this.#bytes > this.#limitBytes) this.#bytes -= this.#idle.shift()!.size;
  }
}

interface IdleBuffer {
  readonly buffer: SharedArrayBuffer;
  /** Its bytes: asking the buffer itself takes longer than all the rest of the search. */
  readonly size: number;
}
