import { describe, expect, it } from 'vitest';
import { bodyKind } from '../../../server/node/wire/block-body.js';
import {
  decodeSliceResult,
  decodeSliceTask,
  encodeSliceResult,
  encodeSliceTask,
  type SliceResultBody,
  type SliceTaskBody,
} from '../../../server/node/wire/slice-body.js';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../../server/tensor/safetensors.js';
import { FIG5 } from '../bodies.js';

/** Of the paper's Fig. 5: a picture of 6 x 6 and one layer, which puts out two channels of 6 x 6. */
const OUTPUT = { x0: 0, x1: 6, y0: 2, y1: 4 };
const INPUT = { x0: 0, x1: 6, y0: 1, y1: 5 };
const TASK: SliceTaskBody = {
  ...{ frame: 'mb-1', slice: 1, layer: 0, generation: 1, attempt: 2, source: 'e0', inputDigest: 'ab12' },
  output: OUTPUT,
  publish: [OUTPUT],
  pieces: [{ region: INPUT, data: Uint8Array.from({ length: 3 * 4 * 6 }, (_, i) => i) }],
};
const RESULT: SliceResultBody = {
  ...{ frame: 'mb-1', slice: 1, layer: 0, generation: 1, attempt: 2, device: 'e1', inputDigest: 'ab12' },
  rows: [{ region: OUTPUT, data: Float32Array.from({ length: 2 * 2 * 6 }, (_, i) => i / 8 - 1) }],
  ...{ waitMs: 1.5, computeMs: 2.25, taskBytes: 321, macs: 5e6 },
};

const refusal = (code: string) => expect.objectContaining({ code });

/** The body with some facts, or its tensors, changed. */
function changed(bytes: Uint8Array, facts: Record<string, string>, tensors?: Record<string, Tensor>): Uint8Array {
  const document = decodeSafetensors(bytes);
  return encodeSafetensors(tensors ?? Object.fromEntries(document.tensors), { ...document.metadata, ...facts });
}

describe('a slice of a layer on its way to a device', () => {
  it('is read as it was written', () => {
    const bytes = encodeSliceTask(FIG5, TASK, 'f32');
    expect(bodyKind(bytes)).toBe('slice');
    expect(decodeSliceTask(FIG5, bytes)).toEqual(TASK);
  });

  it('may have nothing to compute', () => {
    const none = { ...TASK, output: { x0: 0, x1: 0, y0: 0, y1: 0 }, publish: [], pieces: [] };
    expect(decodeSliceTask(FIG5, encodeSliceTask(FIG5, none, 'f32'))).toEqual(none);
  });

  it.each([
    ['a layer that the plan does not have', { layer: '1' }, 'DT_TASK_BODY'],
    ['rows beyond the map', { output: '1:0,2,6,7' }, 'DT_TASK_BODY'],
    ['rows of another map', { output: '0:0,2,6,4' }, 'DT_TASK_BODY'],
    ['rows to send back that are not computed', { publish: '1:0,0,6,4' }, 'DT_TASK_BODY'],
    ['another plan', { plan: 'sha256:0' }, 'DT_PLAN_MISMATCH'],
    ['an attempt that is none', { attempt: '0' }, 'DT_TASK_BODY'],
  ])('is refused with %s', (_, facts, code) => {
    expect(() => decodeSliceTask(FIG5, changed(encodeSliceTask(FIG5, TASK, 'f32'), facts))).toThrow(refusal(code));
  });

  it.each<[string, Record<string, Tensor>]>([
    ['a name that is no region', { input: { type: 'U8', shape: [3, 4, 6], data: new Uint8Array(72) } }],
    ['another shape than its region', { '0:0,1,6,5': { type: 'U8', shape: [3, 6, 4], data: new Uint8Array(72) } }],
    ['values where bytes are wanted', { '0:0,1,6,5': { type: 'F32', shape: [3, 4, 6], data: new Float32Array(72) } }],
  ])('is refused with a tensor of %s', (_, tensors) => {
    const bytes = changed(encodeSliceTask(FIG5, TASK, 'f32'), {}, tensors);
    expect(() => decodeSliceTask(FIG5, bytes)).toThrow(refusal('DT_TASK_BODY'));
  });
});

describe('rows of a slice on their way to the gateway', () => {
  it('are read as they were written', () => {
    expect(decodeSliceResult(FIG5, encodeSliceResult(FIG5, RESULT, 'f32'))).toEqual(RESULT);
  });

  it('travel in half the bytes where they are to', () => {
    const half = encodeSliceResult(FIG5, RESULT, 'f16');
    expect(half.byteLength).toBeLessThan(encodeSliceResult(FIG5, RESULT, 'f32').byteLength);
    // Eighths are exact in eleven bits.
    expect(decodeSliceResult(FIG5, half)).toEqual(RESULT);
  });

  it.each([
    ['a layer that the plan does not have', { layer: '7' }],
    ['no device', { device: '' }],
    ['a time that is none', { computeMs: 'soon' }],
  ])('are refused with %s', (_, facts) => {
    const bytes = changed(encodeSliceResult(FIG5, RESULT, 'f32'), facts);
    expect(() => decodeSliceResult(FIG5, bytes)).toThrow(refusal('DT_RESULT_BODY'));
  });
});
