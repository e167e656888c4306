import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DeepThingsError } from '../../../server/errors.js';
import { readModel } from '../../../server/formats/onnx/file/read-model.js';
import { toConstant } from '../../../server/formats/onnx/file/tensor-elements.js';
import { float32Tensor, int64Tensor, onnxFile } from '../../support/onnx-file.js';
import { propertyRuns } from '../../support/property-runs.js';

const WHOLE = onnxFile({
  nodes: [
    {
      ...{ name: 'first', operator: 'Conv', inputs: ['x', 'w'], outputs: ['a'] },
      attributes: { pads: { integers: [1, 1, 1, 1] }, auto_pad: { text: 'NOTSET' }, alpha: { float: 0.5 } },
    },
    { operator: 'Reshape', inputs: ['a', 'shape'], outputs: ['y'] },
  ],
  tensors: [
    float32Tensor('w', [4, 3, 3, 3]),
    int64Tensor('shape', [1, -1]),
    { name: 'listed', type: 'int64', dims: [3], int64s: [1, 2, 300] },
    { name: 'halves', type: 'float16', dims: [2], int32s: [0x3c00, 7] },
  ],
  inputs: [{ name: 'x', type: 'float32', dims: ['n', 3, 16, 16] }],
  outputs: [{ name: 'y', type: 'float32' }],
  metadata: { names: "{0: 'cat'}" },
});

/** Reads a file with all its elements. @returns bytes of the copies that were made. */
function readAll(bytes: Uint8Array): number {
  try {
    let copied = 0;
    for (const tensor of readModel(bytes).graph.initializers.values()) {
      if (tensor.data.kind === 'external') continue;
      const { buffer, byteLength } = toConstant(tensor).bytes;
      if (buffer !== bytes.buffer) copied += byteLength;
    }
    return copied;
  } catch (error) {
    expect(error).toBeInstanceOf(DeepThingsError);
    expect((error as DeepThingsError).code).toMatch(/^DT_ONNX_(FILE|LIMIT|OPERATOR)$/);
    return 0;
  }
}

test('the file itself is read', () => {
  expect(readModel(WHOLE).graph.initializers.size).toBe(4);
});

test('a file that is cut off anywhere is read or refused', () => {
  for (let length = 0; length < WHOLE.byteLength; length++) readAll(WHOLE.slice(0, length));
});

test('a file with any one bit flipped is read or refused, and takes little memory', () => {
  for (let bit = 0; bit < 8 * WHOLE.byteLength; bit++) {
    const bytes = WHOLE.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    expect(readAll(bytes)).toBeLessThanOrEqual(3 * bytes.byteLength);
  }
});

test('a file with anything written over it is read or refused, and takes little memory', () => {
  const patch = fc.record({
    at: fc.nat(WHOLE.byteLength - 1),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    keeps: fc.nat(WHOLE.byteLength),
  });
  fc.assert(
    fc.property(fc.array(patch, { minLength: 1, maxLength: 6 }), (patches) => {
      let bytes = WHOLE.slice();
      for (const { at, bytes: over, keeps } of patches) {
        bytes.set(over.subarray(0, bytes.byteLength - at), at);
        if (keeps % 8 === 0 && keeps > at)
          bytes = Uint8Array.from([...bytes.subarray(0, at), ...over, ...bytes.subarray(at)]);
        bytes = bytes.slice(0, WHOLE.byteLength);
      }
      expect(readAll(bytes)).toBeLessThanOrEqual(3 * bytes.byteLength);
    }),
    { numRuns: propertyRuns(2000) },
  );
});
