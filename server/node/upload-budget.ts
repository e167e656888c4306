import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpProblem } from './problem.js';

/** Pictures of the largest size that may be on their way in at once. */
const LARGEST_AT_ONCE = 8;

/**
 * Bounds the memory of pictures that are on their way in: whether a frame is taken is decided when its picture is there,
 * so that without a bound many slow uploads would fill the memory before the first 429.
 */
export class UploadBudget {
  readonly #most: number;
  readonly #largest: number;
  #reserved = 0;

  /** @param largest bytes of the largest body that is read. */
  constructor(largest: number) {
    this.#largest = largest;
    this.#most = LARGEST_AT_ONCE * largest;
  }

  /** Bytes that uploads under way may still take. */
  get reserved(): number {
    return this.#reserved;
  }

  /**
   * Reserves room for a request's body until it has arrived, or its connection is gone. A body that does not say its
   * length counts as the largest.
   *
   * @throws HttpProblem 429 when there is no room.
   */
  reserve(request: FastifyRequest, reply: FastifyReply): void {
    const bytes = Math.min(this.#largest, announcedBytes(request) ?? this.#largest);
    if (this.#reserved + bytes > this.#most) {
      const detail = `${this.#reserved} bytes of pictures are on their way in, more than ${this.#most} may not be`;
      throw new HttpProblem(429, 'DT_UPLOADS', `${detail}: send this one later`, { retryAfterSeconds: 1 });
    }
    this.#reserved += bytes;
    let isHeld = true;
    const release = () => {
      if (isHeld) this.#reserved -= bytes;
      isHeld = false;
    };
    request.raw.once('end', release);
    request.raw.once('close', release);
    reply.raw.once('close', release);
  }
}

function announcedBytes({ headers }: FastifyRequest): number | null {
  const text = headers['content-length'];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
