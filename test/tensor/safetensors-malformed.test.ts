import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeepThingsError } from '../../server/errors.js';
import { decodeSafetensors, encodeSafetensors } from '../../server/tensor/safetensors.js';
import { metadataRecords, tensorRecords } from './arbitrary-tensors.js';
import { documentOf } from './reference-safetensors.js';

const REFUSAL_CHARACTERS_LIMIT = 500;

/** Why a document is refused; null when it is not. Anything but the one error that is promised is thrown on. */
function refusal(bytes: Uint8Array): string | null {
  try {
    decodeSafetensors(bytes);
    return null;
  } catch (error) {
    if (!(error instanceof DeepThingsError) || error.code !== 'DT_TENSOR_BODY') throw error;
    expect(error.message.length).toBeLessThan(REFUSAL_CHARACTERS_LIMIT);
    return error.message;
  }
}

const entry = (shape: unknown, data_offsets: unknown, dtype: unknown = 'U8') => ({ dtype, shape, data_offsets });
const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8];
/** A lone continuation byte within a text. */
const notUtf8 = documentOf('{"__metadata__":{"a":"?"}}').map((byte) => (byte === 0x3f ? 0x80 : byte));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('a malformed safetensors body is refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['that is empty', Uint8Array.of(), /0 bytes are too few/],
    ['that has a length and no more', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0), /too few/],
    ['whose header is longer than the body', Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 123, 125), /header of 3 bytes/],
    ['whose header is of absurd length', Uint8Array.of(...Array(8).fill(255), 123, 125), /does not fit/],
    ['whose header is longer than any of ours', documentOf(`{"a":"${'x'.repeat(2 ** 20)}"}`), /does not fit/],
    ['whose header is empty', Uint8Array.of(...Array(8).fill(0), 1, 2), /not JSON/],
    ['whose header is not JSON', documentOf('{"a"'), /not JSON/],
    ['whose header is not UTF-8', notUtf8, /not JSON/],
    ['whose header is a list', documentOf([]), /not a JSON object/],
    ['whose header is null', documentOf('null'), /not a JSON object/],
    ['whose header is a number', documentOf('17'), /not a JSON object/],
    ['with metadata that is null', documentOf({ __metadata__: null }), /map of texts/],
    ['with metadata that is a list', documentOf({ __metadata__: ['a'] }), /map of texts/],
    ['with metadata that is text', documentOf({ __metadata__: 'a' }), /map of texts/],
    ['with metadata that is not text', documentOf({ __metadata__: { a: 1 } }), /map of texts/],
    ['with an entry that is null', documentOf({ a: null }), /"a"/],
    ['with an entry that is a list', documentOf({ a: [] }), /"a"/],
    ['with no dtype', documentOf({ a: { shape: [8], data_offsets: [0, 8] } }, EIGHT), /dtype/],
    ['with a dtype of others', documentOf({ a: entry([1], [0, 8], 'I64') }, EIGHT), /"I64", expected U8, F16 or F32/],
    ['with a dtype that every object has', documentOf({ a: entry([8], [0, 8], 'toString') }, EIGHT), /dtype/],
    ['with a dtype of no type', documentOf({ a: entry([8], [0, 8], { U8: 1 }) }, EIGHT), /dtype/],
    ['with a dtype nested deeply', documentOf(`{"a":{"dtype":${nested(200_000)}}}`), /dtype/],
    [
      'with a name of a megabyte',
      documentOf({ ['n'.repeat(1e6)]: entry([8], [0, 8], 'x'.repeat(1e4)) }, EIGHT),
      /dtype/,
    ],
    ['with no shape', documentOf({ a: entry(undefined, [0, 8]) }, EIGHT), /shape/],
    ['with a negative size', documentOf({ a: entry([-8, -1], [0, 8]) }, EIGHT), /shape/],
    ['with half a size', documentOf({ a: entry([0.5, 16], [0, 8]) }, EIGHT), /shape/],
    ['with a size as text', documentOf({ a: entry(['8'], [0, 8]) }, EIGHT), /shape/],
    ['with too many dimensions', documentOf({ a: entry([1, 1, 1, 1, 1, 1, 1, 1, 8], [0, 8]) }, EIGHT), /shape/],
    ['with sizes beyond counting', documentOf({ a: entry(Array(8).fill(2 ** 53 - 1), [0, 8]) }, EIGHT), /cannot lie/],
    ['with no offsets', documentOf({ a: entry([8], undefined) }, EIGHT), /data_offsets/],
    ['with three offsets', documentOf({ a: entry([8], [0, 4, 8]) }, EIGHT), /data_offsets/],
    ['with offsets as text', documentOf({ a: entry([8], ['0', '8']) }, EIGHT), /data_offsets/],
    ['with a negative offset', documentOf({ a: entry([8], [-8, 0]) }, EIGHT), /cannot lie/],
    ['with offsets turned round', documentOf({ a: entry([8], [8, 0]) }, EIGHT), /cannot lie/],
    ['with offsets beyond the data', documentOf({ a: entry([8], [8, 16]) }, EIGHT), /cannot lie/],
    ['with a span that the shape does not fill', documentOf({ a: entry([7], [0, 8]) }, EIGHT), /of 7 bytes cannot lie/],
    ['with data that no tensor has', documentOf({ a: entry([4], [0, 4]) }, EIGHT), /data/],
    ['with no tensor for its data', documentOf({}, EIGHT), /data/],
    ['with a hole', documentOf({ a: entry([3], [0, 3]), b: entry([4], [4, 8]) }, EIGHT), /data/],
    ['with a hole in front', documentOf({ a: entry([7], [1, 8]) }, EIGHT), /data/],
    ['with an overlap', documentOf({ a: entry([5], [0, 5]), b: entry([4], [4, 8]) }, EIGHT), /data/],
    [
      'with an overlap as large as its hole',
      documentOf({ a: entry([4], [0, 4]), b: entry([4], [0, 4]) }, EIGHT),
      /data/,
    ],
    [
      'with nothing in the middle of something',
      documentOf({ a: entry([8], [0, 8]), b: entry([0], [4, 4]) }, EIGHT),
      /data/,
    ],
  ])('%s', (_what, bytes, reason) => {
    expect(refusal(bytes)).toMatch(reason);
  });

  const small = encodeSafetensors(
    {
      a: { type: 'F32', shape: [2], data: Float32Array.of(1, 2) },
      b: { type: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
    },
    { frame: 'f' },
  );

  it('that ends anywhere before its end', () => {
    for (let end = 0; end < small.length; end++) expect(refusal(small.subarray(0, end)), `${end} bytes`).not.toBeNull();
  });

  it('that goes on behind its end', () => {
    expect(refusal(Uint8Array.from([...small, 0]))).toMatch(/data/);
  });

  it('and never answered in another way, whatever bytes it has', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void refusal(bytes)));
  });

  it('and never answered in another way, whatever header it has', () => {
    const names = fc.constantFrom('__metadata__', '__proto__', 'constructor', 'a', 'b');
    const sizes = fc.oneof(fc.nat(9), fc.constantFrom(-1, -0, 0.5, 1e300, 2 ** 53), fc.jsonValue());
    const entries = fc.oneof(
      fc.record({
        dtype: fc.constantFrom('U8', 'F16', 'F32'),
        shape: fc.array(sizes, { maxLength: 3 }),
        data_offsets: fc.tuple(sizes, sizes),
      }),
      fc.jsonValue(),
    );
    const headers = fc.array(fc.tuple(names, entries), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs));
    fc.assert(
      fc.property(
        headers,
        fc.uint8Array({ maxLength: 16 }),
        (header, data) => void refusal(documentOf(header, [...data])),
      ),
    );
  });

  it('and never answered in another way, whatever byte of a good one is wrong', () => {
    fc.assert(
      fc.property(tensorRecords, metadataRecords, fc.nat(), fc.integer({ min: 1, max: 255 }), (...drawn) => {
        const [tensors, metadata, pick, change] = drawn;
        const bytes = encodeSafetensors(tensors, metadata);
        bytes[pick % bytes.length]! ^= change;
        refusal(bytes);
      }),
    );
  });

  it('or taken at its word where two entries have one name and the last of them fits', () => {
    const twice =
      '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}';
    expect(refusal(documentOf(twice, EIGHT))).toMatch(/data/);
    const again = '{"a":1,"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}';
    expect([...decodeSafetensors(documentOf(again, EIGHT)).tensors.keys()]).toEqual(['a']);
  });
});

describe('names that mean something to JavaScript', () => {
  it.each(['__proto__', 'constructor', 'prototype', 'toString'])('are names like others: %s', (name) => {
    const span = '{"dtype":"U8","shape":[8],"data_offsets":[0,8],"polluted":"yes"}';
    const bytes = documentOf(`{"__metadata__":{"${name}":"text"},"${name}":${span}}`, EIGHT);
    const { metadata, tensors } = decodeSafetensors(bytes);
    expect([...tensors.keys()]).toEqual([name]);
    expect(Object.entries(metadata)).toEqual([[name, 'text']]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('change no prototype where metadata is not text', () => {
    const bytes = documentOf('{"__metadata__":{"__proto__":{"polluted":"yes"}}}');
    expect(refusal(bytes)).toMatch(/map of texts/);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
