import type { GraphOutputs } from '../../compute/messages.js';
import { DeepThingsError } from '../../errors.js';
import type { Graph, TensorShape } from '../../graph/graph.js';
import { decodeMap, encodeMap, type MapType } from '../../tensor/map-tensor.js';
import { decodeSafetensors, encodeSafetensors, type Tensor } from '../../tensor/safetensors.js';
import { requirePlan, type WirePlan } from './task-body.js';
import { DIGEST, FRAME_ID, MAX_ATTEMPT, wireFacts } from './wire-facts.js';

/** A frame's remaining layers on their way to a device. */
export interface RemainingTaskBody {
  readonly frame: string;
  readonly generation: number;
  /** Whole maps, by output of the plan: `[channels, height, width]` each. */
  readonly maps: readonly Float32Array[];
}

/** What the head reads, on its way back, and the time that the layers took. */
export interface RemainingResultBody {
  readonly outputs: GraphOutputs;
  readonly computeMs: number;
}

/** @param type how the maps travel; what comes back is always sent as it was computed. */
export function encodeRemainingTask(
  { digest, plan: { stage } }: WirePlan,
  { frame, generation, maps }: RemainingTaskBody,
  type: MapType,
): Uint8Array {
  const tensors = stage.outputs.map((map, i): [string, Tensor] => {
    const { channels, height, width } = stage.maps[map]!;
    return [stage.mapNames[map]!, encodeMap(maps[i]!, [channels, height, width], type)];
  });
  return encodeSafetensors(Object.fromEntries(tensors), { plan: digest, frame, generation: String(generation) });
}

/**
 * Reads a task. Its maps are copies: they can be given away.
 *
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_TASK_BODY` when the body is malformed or its maps are not those of the plan.
 * @throws HttpProblem `DT_PLAN_MISMATCH` when it is a task of another plan.
 */
export function decodeRemainingTask({ digest, plan: { stage } }: WirePlan, bytes: Uint8Array): RemainingTaskBody {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const facts = wireFacts(metadata, 'DT_TASK_BODY');
  requirePlan(digest, facts.text('plan', DIGEST));
  const maps = stage.outputs.map((map) => {
    const { channels, height, width } = stage.maps[map]!;
    const name = stage.mapNames[map]!;
    const tensor = tensors.get(name);
    const values = tensor === undefined || !hasShape(tensor, [channels, height, width]) ? null : decodeMap(tensor);
    if (values !== null) return tensor!.type === 'F32' ? new Float32Array(values) : values;
    const detail = `expected a tensor "${name}", F32 or F16 ${textOf([channels, height, width])}, got ${gotText(tensor)}`;
    throw new DeepThingsError('DT_TASK_BODY', detail);
  });
  return { frame: facts.text('frame', FRAME_ID), generation: facts.whole('generation', 1, MAX_ATTEMPT), maps };
}

export function encodeRemainingResult({ outputs, computeMs }: RemainingResultBody): Uint8Array {
  const tensors = outputs.map(({ data, name, shape }): [string, Tensor] => {
    if (data instanceof Float32Array) return [name, { type: 'F32', shape, data }];
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [name, { type: 'U8', shape: [bytes.length], data: bytes }];
  });
  return encodeSafetensors(Object.fromEntries(tensors), { computeMs: String(computeMs) });
}

/**
 * Reads what a device computed.
 *
 * @param graph the network, whose outputs are expected.
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_RESULT_BODY` when the body is malformed or is not the network's outputs.
 */
export function decodeRemainingResult(graph: Graph, bytes: Uint8Array): RemainingResultBody {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const outputs = graph.outputs.map((name) => {
    const expected = graph.values.get(name)!;
    const data = valuesOf(tensors.get(name), expected);
    if (data !== null) return { name, shape: expected.shape, data };
    const { shape, type } = expected;
    const detail = `expected the output "${name}", ${type} ${textOf(shape)}, got ${gotText(tensors.get(name))}`;
    throw new DeepThingsError('DT_RESULT_BODY', detail);
  });
  return { outputs, computeMs: wireFacts(metadata, 'DT_RESULT_BODY').amount('computeMs') };
}

/** @returns null for a tensor of another type or size; else values in a buffer of their own. */
function valuesOf(tensor: Tensor | undefined, { shape, type }: TensorShape) {
  if (tensor === undefined) return null;
  if (type === 'float32') {
    return tensor.type === 'F32' && hasShape(tensor, shape) ? new Float32Array(tensor.data as Float32Array) : null;
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const width = type === 'int64' ? 8 : type === 'int32' ? 4 : 1;
  if (tensor.type !== 'U8' || !hasShape(tensor, [count * width])) return null;
  const { buffer } = new Uint8Array(tensor.data as Uint8Array);
  if (type === 'int64') return new BigInt64Array(buffer);
  return type === 'int32' ? new Int32Array(buffer) : new Uint8Array(buffer);
}

function hasShape({ shape }: Tensor, expected: readonly number[]): boolean {
  return shape.length === expected.length && shape.every((size, i) => size === expected[i]);
}

function textOf(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

function gotText(tensor: Tensor | undefined): string {
  return tensor === undefined ? 'none' : `${tensor.type} ${textOf(tensor.shape)}`;
}
