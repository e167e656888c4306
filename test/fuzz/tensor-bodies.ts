import type { Draws } from '../chaos/draws.js';
import { mutatedBytes } from './byte-bodies.js';
import { HOSTILE_TEXTS } from './hostile-texts.js';
import { mutatedJson } from './json-bodies.js';
import type { Names } from './schema-values.js';

interface Header {
  __metadata__?: Record<string, string>;
  [tensor: string]: unknown;
}

interface Entry {
  dtype: unknown;
  shape: unknown;
  data_offsets: unknown;
}

const HUGE = 2 ** 40;

/** Ways to write a safetensors header that promises what is not there. */
const HEADER_MUTATIONS: readonly ((header: Header, draws: Draws, names: Names) => string)[] = [
  (header) => JSON.stringify(header),
  (header, draws) => withFact(header, draws, () => draws.among(HOSTILE_TEXTS)),
  (header, draws, { devices, frames, epoch }) =>
    withFact(header, draws, () => draws.among([...devices, ...frames, epoch, '0', '1', '3', '999', '-1', '{}'])),
  (header, draws) => withFact(header, draws, (text) => mutatedText(text, draws)),
  (header, draws) =>
    withEntry(header, draws, { dtype: draws.among(['F32', 'F16', 'U8', 'F64', 'BF16', 'I8', '', 7, null]) }),
  (header, draws) =>
    withEntry(header, draws, {
      shape: draws.among([
        [],
        [0],
        [-1, -1],
        [HUGE, HUGE, HUGE],
        [1.5, 2],
        ['3'],
        [3, 1, 1],
        null,
        [[3]],
        Array(500).fill(1),
      ]),
    }),
  (header, draws) =>
    withEntry(header, draws, {
      data_offsets: draws.among([
        [0, HUGE],
        [-8, 0],
        [8, 0],
        [0, 0],
        [1, 5],
        [0.5, 4.5],
        ['0', '4'],
        [],
        null,
        [0, 1e300],
      ]),
    }),
  (header, draws) =>
    JSON.stringify({
      ...header,
      [draws.among([...HOSTILE_TEXTS, '4:0,0,9,9'])]: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
    }),
  ({ __metadata__, ...tensors }) => JSON.stringify(tensors),
  ({ __metadata__ }) => JSON.stringify({ __metadata__ }),
  (header, draws) => mutatedJson(header, draws),
];

/** A body of tensors made of a valid one: other facts, other types, shapes and places, or other bytes. */
export function mutatedTensors(body: Buffer, draws: Draws, names: Names): Buffer {
  const read = readHeader(body);
  if (read === null || draws.chance(0.3)) return mutatedBytes(body, draws);
  const text = Buffer.from(draws.among(HEADER_MUTATIONS)(read.header, draws, names));
  const length = Buffer.alloc(8);
  const odd = draws.among([0n, 1n, 2n ** 20n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n]);
  length.writeBigUInt64LE(draws.chance(0.1) ? odd : BigInt(text.length));
  return Buffer.concat([length, text, read.data]);
}

/** @returns null when it has none. */
export function readHeader(body: Buffer): { readonly header: Header; readonly data: Buffer } | null {
  if (body.length < 8) return null;
  const end = 8 + Number(body.readBigUInt64LE());
  if (end > body.length) return null;
  try {
    return { header: JSON.parse(body.toString('utf8', 8, end)) as Header, data: body.subarray(end) };
  } catch {
    return null;
  }
}

function withFact(header: Header, draws: Draws, other: (text: string) => string): string {
  const facts = header.__metadata__ ?? {};
  const name = draws.among([...Object.keys(facts), 'unknown']);
  return JSON.stringify({ ...header, __metadata__: { ...facts, [name]: other(facts[name] ?? '') } });
}

/** Facts are JSON texts in part. */
function mutatedText(text: string, draws: Draws): string {
  try {
    return mutatedJson(JSON.parse(text), draws);
  } catch {
    return mutatedBytes(Buffer.from(text), draws).toString('latin1');
  }
}

function withEntry(header: Header, draws: Draws, change: Partial<Entry>): string {
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  if (names.length === 0)
    return JSON.stringify({ ...header, input: { dtype: 'U8', shape: [1], data_offsets: [0, 1], ...change } });
  const name = draws.among(names);
  return JSON.stringify({ ...header, [name]: { ...(header[name] as Entry), ...change } });
}
