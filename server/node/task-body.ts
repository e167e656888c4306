import { DeepThingsError } from '../errors.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { type Region, wholeMap } from '../geometry/region.js';
import type { TaskKey } from '../scheduling/task-queue.js';
import { cropRegion, regionShape } from '../tensor/planes.js';
import { decodeSafetensors, layOutSafetensors, type Tensor } from '../tensor/safetensors.js';
import { HttpProblem } from './problem.js';
import { DEVICE_ID, DIGEST, FRAME_ID, MAX_ATTEMPT, wireFacts } from './wire-facts.js';

/** A tile on its way to the device that is to run it. */
export interface TaskBody extends TaskKey {
  readonly source: string;
  /** Digest of the whole letterboxed picture that `input` was cut from: tiles of two decoders do not fit together. */
  readonly inputDigest: string;
  /** Bytes of the tile's region of the letterboxed picture, `[3, height, width]`. */
  readonly input: Uint8Array;
}

/** What nodes agree on before any task is sent. */
export interface WirePlan {
  readonly plan: FtpPlan;
  readonly digest: string;
}

type TaskFacts = Omit<TaskBody, 'input'>;

function layOutTask({ plan, digest }: WirePlan, task: TaskFacts) {
  const region = plan.tiles[task.tile]!.regions[0]!;
  const { channels, height, width } = regionShape(plan.maps[0]!.channels, region);
  const metadata = {
    frame: task.frame,
    tile: String(task.tile),
    attempt: String(task.attempt),
    source: task.source,
    inputDigest: task.inputDigest,
    plan: digest,
  };
  const layout = layOutSafetensors([{ name: 'input', type: 'U8', shape: [channels, height, width] }], metadata);
  return { region, channels, bytes: layout.bytes, input: layout.tensors.get('input')!.data as Uint8Array };
}

/** Cuts a task's input out of the whole letterboxed picture, right into the body. */
export function cutTaskBody(wirePlan: WirePlan, task: TaskFacts, picture: Uint8Array): Uint8Array {
  const { region, channels, bytes, input } = layOutTask(wirePlan, task);
  cropRegion(picture, channels, wholeMap(wirePlan.plan.maps[0]!), region, input);
  return bytes;
}

/** The body of a task whose input has been cut already. */
export function encodeTaskBody(wirePlan: WirePlan, task: TaskBody): Uint8Array {
  const { bytes, input } = layOutTask(wirePlan, task);
  input.set(task.input);
  return bytes;
}

/**
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_TASK_BODY` when the body is malformed or of the wrong shape.
 * @throws HttpProblem `DT_PLAN_MISMATCH` when it is a task of another plan.
 */
export function decodeTaskBody({ plan, digest }: WirePlan, bytes: Uint8Array): TaskBody {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const facts = wireFacts(metadata, 'DT_TASK_BODY');
  requirePlan(digest, facts.text('plan', DIGEST));
  const tile = facts.whole('tile', 0, plan.tiles.length - 1);
  const input = requireTensor(
    'DT_TASK_BODY',
    tensors,
    'input',
    'U8',
    plan.maps[0]!.channels,
    plan.tiles[tile]!.regions[0]!,
  );
  return {
    frame: facts.text('frame', FRAME_ID),
    tile,
    attempt: facts.whole('attempt', 1, MAX_ATTEMPT),
    source: facts.text('source', DEVICE_ID),
    inputDigest: facts.text('inputDigest', DIGEST),
    input: input as Uint8Array,
  };
}

export function requirePlan(expected: string, got: string): void {
  if (got === expected) return;
  throw new HttpProblem(
    409,
    'DT_PLAN_MISMATCH',
    `this node follows plan ${expected}, the body is of plan ${got}: give both nodes the same cluster.yaml and model`,
  );
}

/** A tensor of exactly one region of a map. */
export function requireTensor(
  code: string,
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  type: Tensor['type'],
  channels: number,
  region: Region,
): Tensor['data'] {
  const { height, width } = regionShape(channels, region);
  const tensor = tensors.get(name);
  const shape = `${tensor?.type ?? 'none'} [${tensor?.shape.join(', ') ?? ''}]`;
  const expected = `${type} [${channels}, ${height}, ${width}]`;
  if (tensor === undefined || tensors.size !== 1 || shape !== expected) {
    throw new DeepThingsError(
      code,
      `expected one tensor "${name}", ${expected}; got ${shape} of ${tensors.size} tensors`,
    );
  }
  return tensor.data;
}
