import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeGangStrips, encodeGangStrips } from '../../../server/node/wire/gang-strips.js';
import { encodeSafetensors, type Tensor } from '../../../server/tensor/safetensors.js';

const MAPS = [
  { channels: 3, height: 9, width: 11 },
  { channels: 5, height: 7, width: 5 },
];

/** Strips with values that halves can hold, each of another region. */
const strips = fc.uniqueArray(
  fc.nat(1).chain((map) => {
    const { channels, height, width } = MAPS[map]!;
    const range = (most: number) =>
      fc.uniqueArray(fc.nat(most), { minLength: 2, maxLength: 2 }).map((ends) => ends.sort((a, b) => a - b));
    return fc.tuple(range(width), range(height)).map(([[x0, x1], [y0, y1]]) => {
      const region = { x0: x0!, x1: x1!, y0: y0!, y1: y1! };
      const values = channels * (x1! - x0!) * (y1! - y0!);
      return { map, region, data: Float32Array.from({ length: values }, (_, i) => (i % 512) / 4 - 3) };
    });
  }),
  { minLength: 1, maxLength: 6, selector: ({ map, region }) => JSON.stringify([map, region]) },
);

const tensor = (shape: number[], type: 'F32' | 'U8' = 'F32'): Tensor => {
  const values = shape.reduce((product, size) => product * size, 1);
  return { type, shape, data: type === 'U8' ? new Uint8Array(values) : new Float32Array(values) };
};

describe('strips that a member of a gang owes another', () => {
  it.each(['f32', 'f16'] as const)('are read as they were written (%s)', (type) => {
    fc.assert(
      fc.property(strips, (some) => {
        for (const sharedDigest of [null, 'ab12']) {
          const body = { strips: some, sharedDigest };
          for (const gang of ['stages', 'layers'] as const) {
            expect(decodeGangStrips(() => MAPS, encodeGangStrips(MAPS, body, type, gang))).toEqual(body);
          }
        }
      }),
    );
  });

  it('stay in the body that they came in', () => {
    const bytes = encodeGangStrips(
      MAPS,
      { strips: [{ map: 0, region: { x0: 0, x1: 1, y0: 0, y1: 1 }, data: new Float32Array(3) }], sharedDigest: null },
      'f32',
    );
    expect(decodeGangStrips(() => MAPS, bytes).strips[0]!.data.buffer).toBe(bytes.buffer);
  });

  it.each<[string, Record<string, Tensor>]>([
    ['none', {}],
    ['a name that is no region', { strip: tensor([3, 1, 1]) }],
    ['a map that the plan does not have', { '2:0,0,1,1': tensor([3, 1, 1]) }],
    ['a region beyond its map', { '0:0,8,1,10': tensor([3, 2, 1]) }],
    ['an empty region', { '0:1,1,1,2': tensor([3, 1, 0]) }],
    ['a region upside down', { '0:0,3,1,2': tensor([3, 1, 1]) }],
    ['other channels', { '0:0,0,1,1': tensor([5, 1, 1]) }],
    ['height for width', { '0:0,0,2,1': tensor([3, 2, 1]) }],
    ['another rank', { '0:0,0,1,1': tensor([3]) }],
    ['bytes in place of values', { '0:0,0,1,1': tensor([3, 1, 1], 'U8') }],
    ['one that is wrong among others', { '0:0,0,1,1': tensor([3, 1, 1]), '1:0,0,1,1': tensor([3, 1, 1]) }],
  ])('are refused: %s', (_, tensors) => {
    expect(() => decodeGangStrips(() => MAPS, encodeSafetensors(tensors, {}))).toThrow(
      expect.objectContaining({ code: 'DT_OVERLAP_BODY' }),
    );
  });

  it('are refused when they are no document', () => {
    expect(() => decodeGangStrips(() => MAPS, new Uint8Array(9))).toThrow(
      expect.objectContaining({ code: 'DT_TENSOR_BODY' }),
    );
  });
});
