import { deflateSync } from 'node:zlib';
import type { Draws } from '../chaos/draws.js';
import { pngOf, promisingPng } from '../imaging/png-chunks.js';
import { mutatedBytes } from './byte-bodies.js';
import { HOSTILE_TEXTS } from './hostile-texts.js';

/** A picture of one colour that is large only when it is unpacked. */
function bomb(edge: number): Buffer {
  return pngOf(edge, edge, deflateSync(Buffer.alloc((edge * 3 + 1) * edge)));
}

let smallBomb: Buffer | null = null;

/** A picture, or nearly one, made of a valid one. */
export function mutatedPicture(picture: Buffer, draws: Draws): Buffer {
  if (draws.chance(0.02)) return promisingPng(draws.among([0, 1, 65_535, 2 ** 31 - 1]), draws.among([0, 1, 65_535]));
  if (draws.chance(0.01)) {
    // 12 MB of zeros, within what is decoded: it costs the node work, and has to cost it no more than that.
    smallBomb ??= bomb(2_000);
    return smallBomb;
  }
  return mutatedBytes(picture, draws);
}

/** A form around a body, or what is left of one. */
export function formBody(bytes: Buffer, draws: Draws): { readonly type: string; readonly body: Buffer } {
  const boundary = draws.among(['x', 'x'.repeat(70), '--', ' ', '\u00e9']);
  const name = draws.chance(0.5) ? 'image' : draws.among(HOSTILE_TEXTS);
  const file = draws.chance(0.5) ? 'a.jpg' : draws.among(HOSTILE_TEXTS);
  const part = [
    Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${file}"\r\n`),
    Buffer.from(`content-type: ${draws.among(['image/jpeg', 'text/plain', 'x'])}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ];
  const parts = Array.from({ length: draws.among([1, 1, 1, 0, 2, 30]) }, () => part).flat();
  const end = draws.chance(0.8) ? [Buffer.from(`--${boundary}--\r\n`)] : [];
  const type = draws.among([
    `multipart/form-data; boundary=${boundary}`,
    `multipart/form-data; boundary="${boundary}"`,
    'multipart/form-data',
    'multipart/form-data; boundary=',
  ]);
  return { type, body: Buffer.concat([...parts, ...end]) };
}
