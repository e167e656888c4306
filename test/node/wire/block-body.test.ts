import { describe, expect, it } from 'vitest';
import {
  type BlockTaskBody,
  bodyKind,
  decodeBlockTask,
  encodeBlockTask,
} from '../../../server/node/wire/block-body.js';
import { type BlockResultBody, decodeBlockResult, encodeBlockResult } from '../../../server/node/wire/block-result.js';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../../server/tensor/safetensors.js';

const PLAN = 'sha256:0123';
const MAPS = [
  { channels: 3, height: 8, width: 8 },
  { channels: 2, height: 4, width: 4 },
];
const KEY = { frame: 'mb-1', member: 1, generation: 1, attempt: 2 };
const TASK: BlockTaskBody = {
  ...{ ...KEY, strategy: 'gang', partDigest: 'cd34', boxesAbove: null },
  bands: { rows: [0, 3333, 10_000], columns: [0, 10_000] },
  members: [
    { device: 'e0', address: 'http://192.0.2.10:8081' },
    { device: 'e1', address: 'https://e1.example:8081' },
  ],
  picture: Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 7]),
};
const RESULT: BlockResultBody = {
  ...{ ...KEY, device: 'e1', boxes: null },
  outputs: [
    { map: 1, region: { x0: 0, x1: 4, y0: 1, y1: 4 }, data: Float32Array.from({ length: 24 }, (_, i) => i / 8) },
  ],
  ...{ waitMs: 1.5, computeMs: 20.25, taskBytes: 321, overlapBytes: 4_567, macs: 5e6 },
  gang: 'stages',
  ...{ prepareMs: 4.5, totalMs: 31.125, afterMs: 0.5 },
  stages: [
    { stripsMs: 0, beganMs: 4.5, endedMs: 18, computeMs: 12.25, sent: [{ to: 0, bytes: 2048 }] },
    { stripsMs: 2.125, beganMs: 20.125, endedMs: 31.125, computeMs: 8, sent: [] },
  ],
};

const refusal = (code: string) => expect.objectContaining({ code });

/** The body with some facts, or its tensors, changed. */
function changed(bytes: Uint8Array, facts: Record<string, string>, tensors?: Record<string, Tensor>): Uint8Array {
  const document = decodeSafetensors(bytes);
  return encodeSafetensors(tensors ?? Object.fromEntries(document.tensors), { ...document.metadata, ...facts });
}

const bands = (rows: readonly unknown[], columns: readonly unknown[] = [0, 10_000]) => ({
  bands: JSON.stringify({ rows, columns }),
});
const [E0, E1] = TASK.members;

describe('a block on its way to a member of its gang', () => {
  it('is read as it was written, its picture in its place', () => {
    const bytes = encodeBlockTask(PLAN, TASK);
    const read = decodeBlockTask(PLAN, bytes);
    expect(bodyKind(bytes)).toBe('block');
    expect(read).toEqual(TASK);
    expect(read.picture.buffer).toBe(bytes.buffer);
  });

  it('may be one of rows and columns, up to 64 of each', () => {
    const rows = Array.from({ length: 65 }, (_, i) => Math.round((i * 10_000) / 64));
    const members = Array.from({ length: 128 }, (_, i) => ({
      device: `e${i}`,
      address: `http://192.0.2.1:${8000 + i}`,
    }));
    const task = { ...TASK, member: 127, bands: { rows, columns: [0, 5_000, 10_000] }, members };
    expect(decodeBlockTask(PLAN, encodeBlockTask(PLAN, task))).toEqual(task);
    const optimistic = { ...task, partDigest: null, boxesAbove: 0.25 };
    expect(decodeBlockTask(PLAN, encodeBlockTask(PLAN, optimistic))).toEqual(optimistic);
  });

  it('may have an empty part of the input (MoDNN): a slow device has no row of a small map', () => {
    const task: BlockTaskBody = { ...TASK, strategy: 'modnn', picture: new Uint8Array(0) };
    expect(decodeBlockTask(PLAN, encodeBlockTask(PLAN, task))).toEqual(task);
  });

  it.each([
    ['another plan', { plan: 'sha256:9' }, 'DT_PLAN_MISMATCH'],
    ['another kind', { kind: 'tile' }, 'DT_TASK_BODY'],
    ['a member that the gang does not have', { member: '2' }, 'DT_TASK_BODY'],
    ['an attempt that is none', { attempt: '0' }, 'DT_TASK_BODY'],
    ['a strategy that there is not', { strategy: 'fast' }, 'DT_TASK_BODY'],
    ['bands that are no JSON', { bands: '{rows}' }, 'DT_TASK_BODY'],
    ['bands without columns', { bands: '{"rows":[0,10000]}' }, 'DT_TASK_BODY'],
    ['bands that begin late', bands([1, 3333, 10_000]), 'DT_TASK_BODY'],
    ['bands that end early', bands([0, 3333, 9_999]), 'DT_TASK_BODY'],
    ['bands that do not ascend', bands([0, 0, 10_000]), 'DT_TASK_BODY'],
    ['bands between two numbers', bands([0, 0.5, 10_000]), 'DT_TASK_BODY'],
    ['bands of texts', bands([0, '3333', 10_000]), 'DT_TASK_BODY'],
    ['no band', bands([0]), 'DT_TASK_BODY'],
    ['too many bands', bands([...Array(65).keys(), 10_000]), 'DT_TASK_BODY'],
    ['fewer members than blocks', { members: JSON.stringify([E0]) }, 'DT_TASK_BODY'],
    ['more members than blocks', { members: JSON.stringify([E0, E1, E1]) }, 'DT_TASK_BODY'],
    ['a member without address', { members: JSON.stringify([E0, { device: 'e1' }]) }, 'DT_TASK_BODY'],
    ['a member that is none', { members: JSON.stringify([E0, null]) }, 'DT_TASK_BODY'],
    ['an address with a path', { members: JSON.stringify([E0, { ...E1, address: 'http://e1/x' }]) }, 'DT_TASK_BODY'],
    ['members that are no list', { members: '{}' }, 'DT_TASK_BODY'],
  ])('is refused with %s', (_, facts, code) => {
    expect(() => decodeBlockTask(PLAN, changed(encodeBlockTask(PLAN, TASK), facts))).toThrow(refusal(code));
  });

  it.each<[string, Record<string, Tensor>]>([
    ['no picture', {}],
    ['an empty picture', { picture: { type: 'U8', shape: [0], data: new Uint8Array(0) } }],
    ['a picture of values', { picture: { type: 'F32', shape: [1], data: new Float32Array(1) } }],
    ['a picture of rows', { picture: { type: 'U8', shape: [2, 2], data: new Uint8Array(4) } }],
    [
      'more than a picture',
      {
        picture: { type: 'U8', shape: [1], data: new Uint8Array(1) },
        input: { type: 'U8', shape: [1], data: new Uint8Array(1) },
      },
    ],
  ])('is refused with %s', (_, tensors) => {
    const bytes = changed(encodeBlockTask(PLAN, TASK), {}, tensors);
    expect(() => decodeBlockTask(PLAN, bytes)).toThrow(refusal('DT_TASK_BODY'));
  });
});

describe('a block’s outputs on their way to the gateway', () => {
  it.each(['f32', 'f16'] as const)('are read as they were written (%s)', (type) => {
    const bytes = encodeBlockResult(PLAN, MAPS, RESULT, type);
    expect(bodyKind(bytes)).toBe('block');
    // Eighths are exact in eleven bits.
    expect(decodeBlockResult(PLAN, () => MAPS, bytes)).toEqual(RESULT);
  });

  it.each([0, 1, 7])('may be boxes in their place: %s', (count) => {
    const boxes = Float64Array.from({ length: 6 * count }, (_, i) => i / 3);
    const result = { ...RESULT, outputs: [], boxes };
    expect(decodeBlockResult(PLAN, () => MAPS, encodeBlockResult(PLAN, MAPS, result, 'f16'))).toEqual(result);
  });

  it.each<[string, Record<string, Tensor>]>([
    ['boxes of values', { boxes: { type: 'F32', shape: [1, 48], data: new Float32Array(48) } }],
    ['a part of a box', { boxes: { type: 'U8', shape: [1, 40], data: new Uint8Array(40) } }],
    ['boxes in a row', { boxes: { type: 'U8', shape: [48], data: new Uint8Array(48) } }],
    [
      'boxes and blocks',
      {
        boxes: { type: 'U8', shape: [1, 48], data: new Uint8Array(48) },
        '1:0,1,4,4': { type: 'F32', shape: [2, 3, 4], data: new Float32Array(24) },
      },
    ],
  ])('are refused with %s', (_, tensors) => {
    const bytes = changed(encodeBlockResult(PLAN, MAPS, RESULT, 'f32'), {}, tensors);
    expect(() => decodeBlockResult(PLAN, () => MAPS, bytes)).toThrow(refusal('DT_RESULT_BODY'));
  });

  it('may be none, for a block without cells', () => {
    const none = { ...RESULT, outputs: [] };
    expect(decodeBlockResult(PLAN, () => MAPS, encodeBlockResult(PLAN, MAPS, none, 'f32'))).toEqual(none);
  });

  it.each([
    ['another plan', { plan: 'sha256:9' }, 'DT_PLAN_MISMATCH'],
    ['no device', { device: '' }, 'DT_RESULT_BODY'],
    ['a time that is none', { computeMs: 'soon' }, 'DT_RESULT_BODY'],
    ['bytes below nothing', { overlapBytes: '-1' }, 'DT_RESULT_BODY'],
    ['stages that are no JSON', { stages: '[1]]' }, 'DT_RESULT_BODY'],
    ['a stage without its wait', { stages: '[[1,2,3,4,[]],[2,3,4,[]]]' }, 'DT_RESULT_BODY'],
    ['a stage of less than no time', { stages: '[[1,2,3,-2,[]]]' }, 'DT_RESULT_BODY'],
    ['a stage that is null', { stages: '[[1,2,3,null,[]]]' }, 'DT_RESULT_BODY'],
    ['strips without their bytes', { stages: '[[1,2,3,4,[[0]]]]' }, 'DT_RESULT_BODY'],
    ['strips for a part of a member', { stages: '[[1,2,3,4,[[0.5,9]]]]' }, 'DT_RESULT_BODY'],
    ['strips that are no list', { stages: '[[1,2,3,4,9]]' }, 'DT_RESULT_BODY'],
    ['a member that no gang has', { member: '4096' }, 'DT_RESULT_BODY'],
  ])('are refused with %s', (_, facts, code) => {
    const bytes = changed(encodeBlockResult(PLAN, MAPS, RESULT, 'f32'), facts);
    expect(() => decodeBlockResult(PLAN, () => MAPS, bytes)).toThrow(refusal(code));
  });

  it('are refused of a region that the map does not have', () => {
    const tensors: Record<string, Tensor> = {
      '1:0,1,4,5': { type: 'F32', shape: [2, 4, 4], data: new Float32Array(32) },
    };
    const bytes = changed(encodeBlockResult(PLAN, MAPS, RESULT, 'f32'), {}, tensors);
    expect(() => decodeBlockResult(PLAN, () => MAPS, bytes)).toThrow(refusal('DT_RESULT_BODY'));
  });
});
