import { describe, expect, it } from 'vitest';
import {
  cutTaskBody,
  decodeTaskBody,
  encodeTaskBody,
  type TaskBody,
  taskBodyBytes,
} from '../../../server/node/wire/task-body.js';
import { NO_REUSE } from '../../../server/scheduling/reuse/tile-reuse.js';
import { cropRegion } from '../../../server/tensor/planes.js';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../../server/tensor/safetensors.js';
import { FIG5 } from '../bodies.js';

/** Tile (0, 1) needs x [2, 6), y [0, 4): four columns and four rows of each channel. */
const SHAPE = [3, 4, 4];
const input = Uint8Array.from({ length: 48 }, (_, i) => i * 5);
const REGION = { x0: 2, x1: 6, y0: 0, y1: 4 };
const TASK: TaskBody = {
  frame: 'mb-1',
  tile: 1,
  attempt: 2,
  source: 'e0',
  strategy: 'ftp-wst-s',
  inputDigest: 'ab12',
  generation: 1,
  reuse: NO_REUSE,
  input: { region: REGION, data: input },
};

function decodeWith(facts: Record<string, string | undefined>, tensors?: Record<string, Tensor>) {
  const { metadata } = decodeSafetensors(encodeTaskBody(FIG5, TASK));
  const changed = Object.entries({ ...metadata, ...facts }).filter(([, value]) => value !== undefined);
  const whole: Record<string, Tensor> = tensors ?? { input: { type: 'U8', shape: SHAPE, data: input } };
  return () => decodeTaskBody(FIG5, encodeSafetensors(whole, Object.fromEntries(changed) as Record<string, string>));
}

const refusal = (code: string) => expect.objectContaining({ code });

describe('the body of a task', () => {
  it('is read as it was written', () => {
    expect(decodeTaskBody(FIG5, encodeTaskBody(FIG5, TASK))).toEqual({ ...TASK, input: expect.anything() });
    expect([...decodeTaskBody(FIG5, encodeTaskBody(FIG5, TASK)).input.data]).toEqual([...input]);
  });

  it('names the generation of its frame', () => {
    expect(decodeTaskBody(FIG5, encodeTaskBody(FIG5, { ...TASK, generation: 7 })).generation).toBe(7);
    expect(decodeWith({ generation: '0' })).toThrow(refusal('DT_TASK_BODY'));
  });

  it('is the same whether its input is cut before or on the way', () => {
    const picture = Uint8Array.from({ length: 3 * 6 * 6 }, (_, i) => i);
    const cut = Uint8Array.from(
      [0, 1, 2].flatMap((c) => [0, 1, 2, 3].flatMap((y) => [2, 3, 4, 5].map((x) => c * 36 + y * 6 + x))),
    );
    const transmitted = { x0: 0, x1: 6, y0: 0, y1: 6 };
    expect(cutTaskBody(FIG5, TASK, { data: picture, transmitted })).toEqual(
      encodeTaskBody(FIG5, { ...TASK, input: { region: REGION, data: cut } }),
    );
  });

  it.each([
    ['at its top', { x0: 0, x1: 6, y0: 1, y1: 6 }, [3, 3, 4]],
    ['at its right', { x0: 0, x1: 5, y0: 0, y1: 6 }, [3, 4, 3]],
    ['all around', { x0: 3, x1: 5, y0: 1, y1: 3 }, [3, 2, 2]],
    ['and nothing else', { x0: 0, x1: 6, y0: 5, y1: 6 }, [3, 0, 0]],
  ])('does not bring bars along, and is read with them: %s', (_where, transmitted, sent) => {
    const picture = new Uint8Array(3 * 36);
    for (let i = 0; i < picture.length; i++) {
      const [x, y] = [i % 6, Math.floor(i / 6) % 6];
      const isBar = x < transmitted.x0 || x >= transmitted.x1 || y < transmitted.y0 || y >= transmitted.y1;
      picture[i] = isBar ? FIG5.fill[Math.floor(i / 36)]! : 100 + i;
    }
    const body = cutTaskBody(FIG5, TASK, { data: picture, transmitted });
    expect(decodeSafetensors(body).tensors.get('input')!.shape).toEqual(sent);
    expect(body).toHaveLength(taskBodyBytes(FIG5, TASK, REGION, transmitted));
    const { input: read } = decodeTaskBody(FIG5, body);
    expect(read.region).toEqual(REGION);
    const whole = { x0: 0, x1: 6, y0: 0, y1: 6 };
    expect([...read.data]).toEqual([...cropRegion(picture, 3, whole, REGION)]);
  });

  it.each([
    ['is no region', '1,2'],
    ['is beyond what the tile needs', '1,0,6,4'],
    ['is beyond the map', '2,0,7,4'],
    ['is not what its tensor has', '2,0,5,4'],
  ])('is refused when what it says that it brings %s', (_what, sent) => {
    expect(decodeWith({ sent })).toThrow(refusal('DT_TASK_BODY'));
  });

  it.each([
    ['no frame', { frame: undefined }],
    ['a frame that is none', { frame: 'mb' }],
    ['no tile', { tile: undefined }],
    ['a tile beyond the grid', { tile: '4' }],
    ['a tile that is no number', { tile: 'x' }],
    ['attempt 0', { attempt: '0' }],
    ['attempt 1001', { attempt: '1001' }],
    ['a source that is none', { source: 'E0' }],
    ['a digest with blanks', { inputDigest: 'a b' }],
  ])('is refused with %s', (_name, facts) => {
    expect(decodeWith(facts)).toThrow(refusal('DT_TASK_BODY'));
  });

  it.each([
    ['none', {}],
    ['one of another name', { output: { type: 'U8', shape: SHAPE, data: input } }],
    ['one of another type', { input: { type: 'F32', shape: SHAPE, data: new Float32Array(48) } }],
    ['one of another shape', { input: { type: 'U8', shape: [3, 4, 5], data: new Uint8Array(60) } }],
    ['one of another order', { input: { type: 'U8', shape: [4, 4, 3], data: input } }],
    [
      'two',
      { input: { type: 'U8', shape: SHAPE, data: input }, more: { type: 'U8', shape: [1], data: input.slice(0, 1) } },
    ],
  ] as [string, Record<string, Tensor>][])('is refused with the wrong tensors: %s', (_name, tensors) => {
    expect(decodeWith({}, tensors)).toThrow(refusal('DT_TASK_BODY'));
  });

  it('of another plan is refused before its shape is looked at', () => {
    expect(decodeWith({ plan: 'sha256:4567' }, {})).toThrow(refusal('DT_PLAN_MISMATCH'));
  });

  it('that is no document at all is refused', () => {
    const bytes = encodeTaskBody(FIG5, TASK);
    for (const broken of [new Uint8Array(0), bytes.subarray(0, -1), bytes.subarray(1), new Uint8Array(64)]) {
      expect(() => decodeTaskBody(FIG5, broken)).toThrow(refusal('DT_TENSOR_BODY'));
    }
  });
});
