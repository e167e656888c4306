import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planGraph } from '../../../server/geometry/choose-cut.js';
import { rounded } from '../../../server/node/contract/rounded.js';
import {
  decodeResultBody,
  encodeResultBody,
  type ResultBody,
  resultBodyBytes,
} from '../../../server/node/wire/result-body.js';
import type { WirePlan } from '../../../server/node/wire/task-body.js';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../../server/tensor/safetensors.js';
import { conv, sketchGraph } from '../../graph/test-graphs.js';
import { FIG5 } from '../bodies.js';

/** Tile (0, 1) gives x [3, 6), y [0, 3) of two channels. */
const SHAPE = [2, 3, 3];
const NAME = '1:3,0,6,3';
const output = Float32Array.from({ length: 18 }, (_, i) => i / 7 - 1);
const RESULT: ResultBody = {
  ...{ frame: 'mb-1', tile: 1, generation: 1, attempt: 2, device: 'e0', inputDigest: 'ab12', outputs: [output] },
  ...{
    waitMs: 1.2,
    transferMs: 0,
    overlapMs: 0.5,
    computeMs: 41.5,
    inputBytes: 1_234,
    overlapBytes: 5,
    controlBytes: 7,
    macs: 5e9,
    strips: null,
  },
};

function decodeWith(facts: Record<string, string | undefined>, tensors?: Record<string, Tensor>) {
  const { metadata } = decodeSafetensors(encodeResultBody(FIG5, RESULT));
  const changed = Object.entries({ ...metadata, ...facts }).filter(([, value]) => value !== undefined);
  const whole: Record<string, Tensor> = tensors ?? { [NAME]: { type: 'F32', shape: SHAPE, data: output } };
  return () => decodeResultBody(FIG5, encodeSafetensors(whole, Object.fromEntries(changed) as Record<string, string>));
}

const refusal = (code: string) => expect.objectContaining({ code });

describe('the body of a result', () => {
  it('is read as it was written, to the last bit', () => {
    expect(decodeResultBody(FIG5, encodeResultBody(FIG5, RESULT))).toEqual(RESULT);
    const odd = output.map((_, i) => [Number.NaN, -0, 1e-45, 3.4e38, Number.NEGATIVE_INFINITY][i % 5]!);
    expect(decodeResultBody(FIG5, encodeResultBody(FIG5, { ...RESULT, outputs: [odd] })).outputs).toEqual([odd]);
  });

  it('carries the output as halves where it is told to, and is read all the same', () => {
    const bytes = encodeResultBody(FIG5, RESULT, 'f16');
    expect(bytes.byteLength).toBeLessThanOrEqual(encodeResultBody(FIG5, RESULT).byteLength - 2 * output.length + 8);
    const read = decodeResultBody(FIG5, bytes);
    expect({ ...read, outputs: null }).toEqual({ ...RESULT, outputs: null });
    for (const [i, value] of output.entries()) {
      expect(Math.abs(read.outputs[0]![i]! - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11);
    }
  });

  it('says whose strips it used, where somebody asks', () => {
    for (const strips of [[], [0], [0, 3, 2]]) {
      expect(decodeResultBody(FIG5, encodeResultBody(FIG5, { ...RESULT, strips })).strips).toEqual(strips);
    }
    expect(decodeSafetensors(encodeResultBody(FIG5, RESULT)).metadata).not.toHaveProperty('strips');
  });

  it('keeps whatever a device measured, to a tenth of a millisecond', () => {
    const amount = fc.double({ min: 0, max: 1e12, noNaN: true }).map((value) => value + 0);
    fc.assert(
      fc.property(amount, amount, amount, (waitMs, transferMs, computeMs) => {
        const times = { waitMs, transferMs, computeMs };
        const read = decodeResultBody(FIG5, encodeResultBody(FIG5, { ...RESULT, ...times }));
        expect(read).toEqual({ ...RESULT, ...rounded(times) });
      }),
    );
  });

  it.each([
    ['no device', { device: undefined }],
    ['a device that is none', { device: 'e 0' }],
    ['a tile beyond the grid', { tile: '4' }],
    ['a negative time', { computeMs: '-1' }],
    ['a time without end', { waitMs: 'Infinity' }],
    ['no MACs', { macs: undefined }],
    ['strips of a tile beyond the grid', { strips: '0,4' }],
    ['strips of more sides than a tile has', { strips: '0,1,2,3,0' }],
  ])('is refused with %s', (_name, facts) => {
    expect(decodeWith(facts)).toThrow(refusal('DT_RESULT_BODY'));
  });

  it.each([
    ['the input in place of the output', { input: { type: 'U8', shape: SHAPE, data: new Uint8Array(18) } }],
    ['no tensor', {}],
    ["another tile's share", { '1:0,0,3,3': { type: 'F32', shape: SHAPE, data: output } }],
    ['a share of another map', { '0:3,0,6,3': { type: 'F32', shape: SHAPE, data: output } }],
    [
      'a tensor more than there are shares',
      {
        [NAME]: { type: 'F32', shape: SHAPE, data: output },
        '1:0,0,3,3': { type: 'F32', shape: SHAPE, data: output },
      },
    ],
    ['another type', { [NAME]: { type: 'U8', shape: SHAPE, data: new Uint8Array(18) } }],
    ['halves in another shape', { [NAME]: { type: 'F16', shape: [18], data: new Uint16Array(18) } }],
    ['the shape of the whole map', { [NAME]: { type: 'F32', shape: [2, 6, 6], data: new Float32Array(72) } }],
    ['the right number of values in another shape', { [NAME]: { type: 'F32', shape: [18], data: output } }],
  ] as [string, Record<string, Tensor>][])('is refused with %s', (_name, tensors) => {
    expect(decodeWith({}, tensors)).toThrow(refusal('DT_RESULT_BODY'));
  });

  it('of another plan is refused', () => {
    expect(decodeWith({ plan: 'sha256:4567' })).toThrow(refusal('DT_PLAN_MISMATCH'));
  });
});

describe('the body of a result of several maps', () => {
  /** Two channels of 6 x 6, and three of 2 x 2, of which tiles of 3 x 1 have a row, none, or one. */
  const graph = sketchGraph(
    [1, 3, 6, 6],
    [conv('x', 'a', [2, 3, 1]), conv('a', 'b', [3, 2, 3], { stride: 3, pad: 0 })],
    ['a', 'b'],
  );
  const wirePlan: WirePlan = { ...FIG5, plan: planGraph(graph, ['a', 'b'], { rows: 3, columns: 1 }) };
  const share = (cells: number) => Float32Array.from({ length: cells }, (_, i) => Math.fround(i / 3));
  const resultOf = (tile: number, rows: number): ResultBody => {
    return { ...RESULT, tile, outputs: [share(2 * 2 * 6), share(3 * rows * 2)] };
  };

  it.each([
    [0, 0],
    [1, 1],
    [2, 1],
  ])('of tile %i is read as it was written, with %i rows of the second', (tile, rows) => {
    const bytes = encodeResultBody(wirePlan, resultOf(tile, rows));
    expect(decodeResultBody(wirePlan, bytes)).toEqual(resultOf(tile, rows));
    const { outputs, ...facts } = resultOf(tile, rows);
    expect(resultBodyBytes(wirePlan, facts, 'f32')).toBe(bytes.byteLength);
    expect(resultBodyBytes(wirePlan, facts, 'f16')).toBe(
      encodeResultBody(wirePlan, resultOf(tile, rows), 'f16').byteLength,
    );
  });

  it('is refused without one of them', () => {
    const { metadata, tensors } = decodeSafetensors(encodeResultBody(wirePlan, resultOf(1, 1)));
    expect([...tensors.keys()]).toEqual(['1:0,2,6,4', '2:0,0,2,1']);
    for (const name of tensors.keys()) {
      const left = Object.fromEntries([...tensors].filter(([other]) => other !== name));
      expect(() => decodeResultBody(wirePlan, encodeSafetensors(left, metadata))).toThrow(refusal('DT_RESULT_BODY'));
    }
  });

  it('of a tile without a share has no tensor of that map', () => {
    const { tensors } = decodeSafetensors(encodeResultBody(wirePlan, resultOf(0, 0)));
    expect([...tensors.keys()]).toEqual(['1:0,0,6,2']);
  });
});
