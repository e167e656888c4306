import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../server/graph/graph.js';
import {
  decodeRemainingResult,
  decodeRemainingTask,
  encodeRemainingResult,
  encodeRemainingTask,
} from '../../../server/node/wire/remaining-body.js';
import { planLayers } from '../../geometry/chain-graphs.js';
import { chain, conv } from '../../geometry/layer-chains.js';

const plan = planLayers(chain({ channels: 1, height: 2, width: 3 }, [conv(2, 1)]), 1, { rows: 1, columns: 1 });
const wirePlan = { plan, digest: 'sha256:00', fill: [0] };
const maps = [Float32Array.from({ length: 12 }, (_, i) => i / 4)];
const task = { frame: 'f-1', generation: 2, maps };

describe('the task', () => {
  it.each(['f32', 'f16'] as const)('arrives as it was sent: %s', (type) => {
    expect(decodeRemainingTask(wirePlan, encodeRemainingTask(wirePlan, task, type))).toEqual(task);
  });

  it('gives maps away that are no views of the body', () => {
    const body = encodeRemainingTask(wirePlan, task, 'f32');
    expect(decodeRemainingTask(wirePlan, body).maps[0]!.buffer).not.toBe(body.buffer);
  });

  it('is refused when it is of another plan', () => {
    const body = encodeRemainingTask({ ...wirePlan, digest: 'sha256:01' }, task, 'f32');
    expect(() => decodeRemainingTask(wirePlan, body)).toThrow(expect.objectContaining({ code: 'DT_PLAN_MISMATCH' }));
  });

  it('is refused when its maps have another shape', () => {
    const { stage } = plan;
    const less = stage.maps.map((map) => ({ ...map, height: 1 }));
    const { channels, height, width } = less[stage.outputs[0]!]!;
    const other = { ...wirePlan, plan: { ...plan, stage: { ...stage, maps: less } } };
    const few = [new Float32Array(channels * height * width)];
    const body = encodeRemainingTask(other, { ...task, maps: few }, 'f32');
    expect(() => decodeRemainingTask(wirePlan, body)).toThrow(/expected a tensor .*, got F32 \[\d+, 1, \d+\]/);
  });
});

describe('the result', () => {
  const graph = {
    outputs: ['scores', 'classes'],
    values: new Map([
      ['scores', { type: 'float32', shape: [1, 3] }],
      ['classes', { type: 'int64', shape: [3] }],
    ]),
  } as unknown as Graph;
  const outputs = [
    { name: 'scores', shape: [1, 3], data: Float32Array.of(0.25, 0.5, 1) },
    { name: 'classes', shape: [3], data: BigInt64Array.of(7n, -1n, 80n) },
  ];

  it('arrives as it was sent', () => {
    const result = { outputs, computeMs: 12.5 };
    expect(decodeRemainingResult(graph, encodeRemainingResult(result))).toEqual(result);
  });

  it('is refused when an output is missing, or of another size', () => {
    const read = (of: typeof outputs) => () =>
      decodeRemainingResult(graph, encodeRemainingResult({ outputs: of, computeMs: 1 }));
    expect(read(outputs.slice(0, 1))).toThrow(/expected the output "classes", int64 \[3\], got none/);
    const flat = { ...outputs[0]!, shape: [3] };
    expect(read([flat, outputs[1]!])).toThrow(/expected the output "scores", float32 \[1, 3\], got F32 \[3\]/);
    const few = { name: 'classes', shape: [2], data: BigInt64Array.of(1n, 2n) };
    expect(read([outputs[0]!, few])).toThrow(/expected the output "classes"/);
  });
});
