import { flipBit } from '../chaos/bodies.js';
import type { Draws } from '../chaos/draws.js';

const BOUNDARY_VALUES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff];

/** Ways to damage any body. Each gives a body of its own. */
const MUTATIONS: readonly ((body: Buffer, draws: Draws) => Buffer)[] = [
  (body, draws) => flipBit(body, draws.share()),
  (body, draws) => Array.from({ length: 16 }).reduce<Buffer>((damaged) => flipBit(damaged, draws.share()), body),
  // Where headers are.
  (body, draws) => Buffer.concat([flipBit(body.subarray(0, 64), draws.share()), body.subarray(64)]),
  (body, draws) => body.subarray(0, draws.whole(0, body.length)),
  (body, draws) => body.subarray(0, Math.min(body.length, draws.whole(0, 32))),
  (body, draws) => body.subarray(draws.whole(0, Math.min(body.length, 64))),
  (body, draws) => Buffer.concat([body, Buffer.alloc(draws.among([1, 7, 4_096]), draws.whole(0, 255))]),
  (body) => Buffer.concat([body, body]),
  (body, draws) => overwritten(body, draws, numberBytes(draws)),
  (body, draws) => overwritten(body, draws, Buffer.alloc(draws.whole(1, 64), draws.among([0, 0xff, 0x20]))),
  (body, draws) => inserted(body, draws, numberBytes(draws)),
  (_body, draws) => Buffer.from(Array.from({ length: draws.whole(0, 200) }, () => draws.whole(0, 255))),
  () => Buffer.alloc(0),
];

/** A damaged copy of a body. */
export function mutatedBytes(body: Buffer, draws: Draws): Buffer {
  return draws.among(MUTATIONS)(body, draws);
}

function numberBytes(draws: Draws): Buffer {
  const bytes = Buffer.alloc(draws.among([1, 2, 4, 8]));
  const value = draws.among(BOUNDARY_VALUES);
  const most = 2 ** (8 * Math.min(4, bytes.length)) - 1;
  bytes.writeUIntLE(Math.min(value, most), 0, Math.min(4, bytes.length));
  return bytes;
}

function overwritten(body: Buffer, draws: Draws, bytes: Buffer): Buffer {
  const copy = Buffer.from(body);
  bytes.copy(copy, draws.whole(0, Math.max(0, body.length - 1)));
  return copy;
}

function inserted(body: Buffer, draws: Draws, bytes: Buffer): Buffer {
  const at = draws.whole(0, body.length);
  return Buffer.concat([body.subarray(0, at), bytes, body.subarray(at)]);
}
