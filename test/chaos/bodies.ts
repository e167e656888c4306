import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** How much of a body goes through before its connection ends: never all of it. */
export function cutLength(length: number, random: number): number {
  return Math.min(Math.floor(length * random), Math.max(0, length - 1));
}

/** A copy in which one bit is another one; an empty body stays as it is. */
export function flipBit(body: Buffer, random: number): Buffer {
  if (body.length === 0) return body;
  const bit = Math.floor(random * body.length * 8);
  const flipped = Buffer.from(body);
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  return flipped;
}

/** A body in pieces of at most so many bytes. */
export function chunksOf(body: Buffer, size: number): Buffer[] {
  const step = Math.max(1, Math.floor(size));
  return Array.from({ length: Math.ceil(body.length / step) }, (_, i) => body.subarray(i * step, (i + 1) * step));
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade']);

/**
 * What a proxy passes on of a message's headers.
 *
 * @param length of a body that is sent as a whole; null when it is passed on as it comes.
 */
export function passedHeaders(headers: IncomingHttpHeaders, length: number | null): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (HOP_BY_HOP.has(name) || (length !== null && name === 'transfer-encoding')) continue;
    passed[name] = value;
  }
  // A request without a body has no length either.
  if (length !== null && (length > 0 || headers['content-length'] !== undefined)) passed['content-length'] = length;
  return passed;
}
