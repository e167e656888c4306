import fc from 'fast-check';
import type { Tensor, TensorType } from '../../server/tensor/safetensors.js';

const shapes = fc.array(fc.nat(4), { maxLength: 4 });

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function dataOf(type: TensorType, length: number): fc.Arbitrary<Tensor['data']> {
  const exactly = { minLength: length, maxLength: length };
  switch (type) {
    case 'U8':
      return fc.uint8Array(exactly);
    case 'F16':
      return fc.uint16Array(exactly);
    case 'F32':
      return fc.float32Array(exactly);
  }
}

const tensors: fc.Arbitrary<Tensor> = fc
  .record({ type: fc.constantFrom<TensorType>('U8', 'F16', 'F32'), shape: shapes })
  .chain(({ type, shape }) => dataOf(type, sizeOf(shape)).map((data) => ({ type, shape, data })));

/** Any text, and such as are special to JavaScript objects. */
const texts = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme' }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '0', '17', '') },
);

/** Tensors by name, as an object of their own properties. */
export const tensorRecords: fc.Arbitrary<Record<string, Tensor>> = fc
  .uniqueArray(
    fc.tuple(
      texts.filter((name) => name !== '__metadata__'),
      tensors,
    ),
    { selector: ([name]) => name, maxLength: 5 },
  )
  .map((entries) => Object.fromEntries(entries));

export const metadataRecords: fc.Arbitrary<Record<string, string>> = fc
  .array(fc.tuple(texts, texts), { maxLength: 5 })
  .map((entries) => Object.fromEntries(entries));
