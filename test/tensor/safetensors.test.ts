import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  layOutSafetensors,
  type Tensor,
} from '../../server/tensor/safetensors.js';
import { metadataRecords, tensorRecords } from './arbitrary-tensors.js';
import { readReference } from './reference-safetensors.js';

/** A tensor as comparable values; F32 by its bits, so that every NaN counts. */
function plain({ type, shape, data }: Tensor) {
  const bits = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { type, shape, bits: [...bits] };
}

function plainAll(tensors: Iterable<[string, Tensor]>) {
  return new Map([...tensors].map(([name, tensor]) => [name, plain(tensor)]));
}

const SMALL = {
  bytes: { type: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
  values: { type: 'F32', shape: [2, 1], data: Float32Array.of(1.5, -2) },
  halves: { type: 'F16', shape: [1, 3], data: Uint16Array.of(0x3c00, 0xc000, 0x7bff) },
} satisfies Record<string, Tensor>;

describe('a safetensors document', () => {
  it('comes back as it was written, under any names and with any metadata', () => {
    fc.assert(
      fc.property(tensorRecords, metadataRecords, (tensors, metadata) => {
        const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata));
        expect(plainAll(decoded.tensors)).toEqual(plainAll(Object.entries(tensors)));
        expect(Object.entries(decoded.metadata).sort()).toEqual(Object.entries(metadata).sort());
      }),
    );
  });

  it('is read in the same way where its header is known', () => {
    const known = new Map();
    const one = encodeSafetensors(SMALL, { frame: 'f' });
    const other = encodeSafetensors(
      { ...SMALL, values: { ...SMALL.values, data: Float32Array.of(7, 8) } },
      { frame: 'f' },
    );
    for (const bytes of [one, other]) expect(decodeSafetensors(bytes, known)).toEqual(decodeSafetensors(bytes));
    expect(known.size).toBe(1);
    expect(() => decodeSafetensors(one.subarray(0, -1), known), 'less data').toThrow('safetensors');
    expect(known.size).toBe(1);
  });

  it('refuses to write a tensor that is shorter or longer than its shape', () => {
    for (const length of [2, 4]) {
      const wrong = { ...SMALL.bytes, data: new Uint8Array(length) };
      expect(() => encodeSafetensors({ wrong }, {})).toThrow(RangeError);
    }
  });

  it('is what the description of the format says, value by value', () => {
    fc.assert(
      fc.property(tensorRecords, metadataRecords, (tensors, metadata) => {
        const reference = readReference(encodeSafetensors(tensors, metadata));
        expect(Object.fromEntries(reference.metadata)).toEqual(metadata);
        const expected = Object.entries(tensors).map(([name, { type, shape, data }]) => {
          return [name, { dtype: type, shape, values: [...data] }] as const;
        });
        expect(reference.tensors).toEqual(new Map(expected));
      }),
    );
  });

  it('is one piece: length, header in JSON padded with blanks, data at a multiple of 8, nothing behind', () => {
    const bytes = encodeSafetensors(SMALL, { frame: 'f' });
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(bytes.byteOffset).toBe(0);
    expect(headerBytes % 8).toBe(0);
    const text = new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes));
    expect(text).toMatch(/^\{.*\} {0,7}$/);
    expect(bytes.length).toBe(8 + headerBytes + 3 + 8 + 6);
  });

  it('lays every tensor out to be written in place, in whatever order they are given', () => {
    fc.assert(
      fc.property(tensorRecords, metadataRecords, fc.infiniteStream(fc.nat()), (tensors, metadata, keys) => {
        const entries = Object.entries(tensors)
          .map(([name, { type, shape }]) => ({ name, type, shape, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key);
        const layout = layOutSafetensors(entries, metadata);
        for (const [name, { data }] of layout.tensors) {
          expect(data.buffer).toBe(layout.bytes.buffer);
          (data as Float32Array).set(tensors[name]!.data as Float32Array);
        }
        expect(plainAll(decodeSafetensors(layout.bytes).tensors)).toEqual(plainAll(Object.entries(tensors)));
      }),
    );
  });

  it('laid out and filled is the encoded one', () => {
    const entries = Object.entries(SMALL).map(([name, { type, shape }]) => ({ name, type, shape }));
    const layout = layOutSafetensors(entries, { a: 'b' });
    for (const [name, { data }] of layout.tensors) {
      (data as Float32Array).set(SMALL[name as keyof typeof SMALL].data as unknown as Float32Array);
    }
    expect(layout.bytes).toEqual(encodeSafetensors(SMALL, { a: 'b' }));
  });

  it('may hold nothing', () => {
    const { metadata, tensors } = decodeSafetensors(encodeSafetensors({}, {}));
    expect(metadata).toEqual({});
    expect(tensors.size).toBe(0);
  });

  it('may do without metadata', () => {
    const header = { a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } };
    const text = new TextEncoder().encode(JSON.stringify(header));
    const bytes = Uint8Array.of(text.length, 0, 0, 0, 0, 0, 0, 0, ...text, 7);
    expect(decodeSafetensors(bytes)).toEqual({
      metadata: {},
      tensors: new Map([['a', { type: 'U8', shape: [1], data: Uint8Array.of(7) }]]),
    });
  });

  it.each([
    ['of no values between others', { a: [2], b: [0, 3], c: [1] }],
    ['of no values alone', { a: [0] }],
    ['of no dimension, which is one value', { a: [] }],
  ])('may hold a tensor %s', (_what, shapes) => {
    const tensors = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]): [string, Tensor] => {
        const length = shape.reduce((product, size) => product * size, 1);
        return [name, { type: 'F32', shape, data: new Float32Array(length).fill(3) }];
      }),
    );
    expect(plainAll(decodeSafetensors(encodeSafetensors(tensors, {})).tensors)).toEqual(
      plainAll(Object.entries(tensors)),
    );
  });

  it('carries text that is not ASCII, whatever it does to the length of the header', () => {
    for (const text of ['', 'é', 'Kamera Süd', '日本語', '🦊', '\u0000"\\', '\ud800 alone']) {
      const { metadata, tensors } = decodeSafetensors(encodeSafetensors(SMALL, { [text]: text }));
      expect(metadata).toEqual({ [text]: text });
      expect(plainAll(tensors)).toEqual(plainAll(Object.entries(SMALL)));
    }
  });
});

describe('reading from where bytes happen to lie', () => {
  const bytes = encodeSafetensors(SMALL, { frame: 'f' });
  const expected = plainAll(Object.entries(SMALL));

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('%i bytes into a larger buffer', (offset) => {
    const larger = new Uint8Array(bytes.length + 16).fill(255);
    larger.set(bytes, offset);
    const { tensors } = decodeSafetensors(larger.subarray(offset, offset + bytes.length));
    expect(plainAll(tensors)).toEqual(expected);
  });

  it("in Node's pool of small Buffers", () => {
    const offsets = new Set<number>();
    for (let i = 0; i < 20; i++) {
      Buffer.from('x'.repeat(i));
      const pooled = Buffer.from(bytes);
      expect(pooled.buffer.byteLength).toBeGreaterThan(pooled.byteLength);
      offsets.add(pooled.byteOffset);
      expect(plainAll(decodeSafetensors(pooled).tensors)).toEqual(expected);
    }
    expect(offsets.size).toBeGreaterThan(1);
  });

  it('copies nothing where values are aligned', () => {
    for (const { data } of decodeSafetensors(bytes).tensors.values()) expect(data.buffer).toBe(bytes.buffer);
  });

  it('does not write to the bytes it was given', () => {
    const given = Uint8Array.from([0, ...bytes]);
    const before = [...given];
    decodeSafetensors(given.subarray(1));
    expect([...given]).toEqual(before);
  });
});
