import { crc32 } from 'node:zlib';

/** Header of a request or an answer: the digest of its body. Why CRC-32 and not RFC 9530: docs/reliability.md. */
export const DIGEST_HEADER = 'deepthings-digest';

/** The only media type whose bodies are never taken without one between nodes: a flipped bit of a tensor looks like any other. */
export const TENSOR_TYPE = 'application/octet-stream';

/** What an answer without a body has: a node says by it that the answer is its own. */
export const EMPTY_DIGEST = 'crc32=00000000';

/** A body is not what was sent. */
export class DigestError extends Error {
  override readonly name = 'DigestError';
}

/** Value of the header for a body; of a text, of its UTF-8. */
export function bodyDigest(body: Uint8Array | string): string {
  return `crc32=${crc32(body).toString(16).padStart(8, '0')}`;
}

/**
 * Compares a body with its header.
 *
 * @param mediaType without parameters.
 * @throws DigestError when they differ, or a body of tensors has none.
 */
export function requireDigest(header: string | null, mediaType: string | null, body: Uint8Array): void {
  if (header === null) {
    if (mediaType !== TENSOR_TYPE || body.byteLength === 0) return;
    throw new DigestError(`expected a ${DIGEST_HEADER} header with a body of ${TENSOR_TYPE}`);
  }
  const found = bodyDigest(body);
  if (header === found) return;
  throw new DigestError(`expected a body of the digest ${shown(header)}, got ${body.byteLength} bytes of ${found}`);
}

/** What somebody sent, short enough for a message. */
function shown(header: string): string {
  return JSON.stringify(header.slice(0, 32));
}
