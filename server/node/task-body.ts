import { DeepThingsError } from '../errors.js';
import type { FtpPlan } from '../geometry/ftp-plan.js';
import { SIDES, type Side } from '../geometry/neighbours.js';
import { containsRegion, EMPTY_REGION, isEmptyRegion, type Region, wholeMap } from '../geometry/region.js';
import { cutTile } from '../geometry/tile-cut.js';
import { STRATEGIES, type Strategy } from '../scheduling/strategy.js';
import type { TaskKey } from '../scheduling/task-queue.js';
import type { Holder, Reuse } from '../scheduling/tile-reuse.js';
import { cropRegion, regionShape } from '../tensor/planes.js';
import { decodeSafetensors, layOutSafetensors, safetensorsBytes, type Tensor } from '../tensor/safetensors.js';
import { formatOffersToTile, parseOffersToTile } from './offer-text.js';
import { HttpProblem } from './problem.js';
import {
  ADDRESS,
  DEVICE_ID,
  DIGEST,
  FRAME_ID,
  formatRegion,
  MAX_ATTEMPT,
  type WireFacts,
  wireFacts,
} from './wire-facts.js';

/** A tile on its way to the device that is to run it. */
export interface TaskBody extends TaskKey {
  readonly source: string;
  readonly strategy: Strategy;
  /** Digest of the whole letterboxed picture that `input` was cut from: tiles of two decoders do not fit together. */
  readonly inputDigest: string;
  /** The first attempt of the frame that counts. */
  readonly since: number;
  /** What neighbours offer, and who has it. */
  readonly reuse: Reuse;
  readonly input: InputPart;
}

/** Bytes of a region of the letterboxed picture, `[3, height, width]`. */
export interface InputPart {
  /** On map 0; empty when the tile needs nothing of the picture. */
  readonly region: Region;
  readonly data: Uint8Array;
}

/** What nodes agree on before any task is sent. */
export interface WirePlan {
  readonly plan: FtpPlan;
  readonly digest: string;
}

const STRATEGY = new RegExp(`^(${STRATEGIES.join('|')})$`);

export type TaskFacts = Omit<TaskBody, 'input'>;

function taskParts({ plan, digest }: WirePlan, task: TaskFacts, region: Region) {
  const { channels, height, width } = regionShape(plan.maps[0]!.channels, region);
  const metadata = {
    frame: task.frame,
    tile: String(task.tile),
    attempt: String(task.attempt),
    source: task.source,
    strategy: task.strategy,
    inputDigest: task.inputDigest,
    ...(task.since > 1 && { since: String(task.since) }),
    plan: digest,
    region: formatRegion(region),
    offers: formatOffersToTile(task.reuse.offers),
    holders: JSON.stringify(task.reuse.holders),
  };
  return { channels, entries: [{ name: 'input', type: 'U8' as const, shape: [channels, height, width] }], metadata };
}

function layOutTask(wirePlan: WirePlan, task: TaskFacts, region: Region) {
  const { channels, entries, metadata } = taskParts(wirePlan, task, region);
  const layout = layOutSafetensors(entries, metadata);
  return { channels, bytes: layout.bytes, input: layout.tensors.get('input')!.data as Uint8Array };
}

/** Length of a task's body with this region of the picture. */
export function taskBodyBytes(wirePlan: WirePlan, task: TaskFacts, region: Region): number {
  const { entries, metadata } = taskParts(wirePlan, task, region);
  return safetensorsBytes(entries, metadata);
}

/** Cuts what a task still needs of the whole letterboxed picture, right into the body. */
export function cutTaskBody(wirePlan: WirePlan, task: TaskFacts, picture: Uint8Array): Uint8Array {
  const { plan } = wirePlan;
  const { input: region } = cutTile(plan, task.tile, task.reuse.offers);
  const { channels, bytes, input } = layOutTask(wirePlan, task, region);
  cropRegion(picture, channels, wholeMap(plan.maps[0]!), region, input);
  return bytes;
}

/** The body of a task whose input has been cut already. */
export function encodeTaskBody(wirePlan: WirePlan, task: TaskBody): Uint8Array {
  const { bytes, input } = layOutTask(wirePlan, task, task.input.region);
  input.set(task.input.data);
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
  const region = readInputRegion(plan, facts.text('region', /^\d{1,5}(,\d{1,5}){3}$/));
  const data = requireTensor('DT_TASK_BODY', tensors, 'input', 'U8', plan.maps[0]!.channels, region);
  return {
    frame: facts.text('frame', FRAME_ID),
    tile,
    attempt: facts.whole('attempt', 1, MAX_ATTEMPT),
    source: facts.text('source', DEVICE_ID),
    strategy: facts.text('strategy', STRATEGY) as Strategy,
    inputDigest: facts.text('inputDigest', DIGEST),
    since: facts.has('since') ? facts.whole('since', 1, MAX_ATTEMPT) : 1,
    reuse: readReuse(plan, tile, facts),
    input: { region, data: data as Uint8Array },
  };
}

function readInputRegion(plan: FtpPlan, text: string): Region {
  const [x0, y0, x1, y1] = text.split(',').map(Number) as [number, number, number, number];
  const region = { x0, x1, y0, y1 };
  if (isEmptyRegion(region)) return EMPTY_REGION;
  if (containsRegion(wholeMap(plan.maps[0]!), region)) return region;
  throw new DeepThingsError('DT_TASK_BODY', `expected a region of the network's input, got ${text}`);
}

function readReuse(plan: FtpPlan, tile: number, facts: WireFacts): Reuse {
  const offers = parseOffersToTile(plan, tile, facts.text('offers', /^\{.{0,8192}\}$/s), 'DT_TASK_BODY');
  return { offers, holders: parseHolders(facts.text('holders', /^\{.{0,4096}\}$/s)) };
}

function parseHolders(text: string): Reuse['holders'] {
  const refuse = (): never => {
    throw new DeepThingsError('DT_TASK_BODY', 'expected holders: a device and an address by side');
  };
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return refuse();
  }
  const holders: Partial<Record<Side, Holder>> = {};
  for (const side of SIDES) {
    const holder = (given as Record<string, Partial<Holder> | undefined>)[side];
    if (holder === undefined) continue;
    const { device, address } = holder ?? {};
    if (typeof device !== 'string' || typeof address !== 'string') return refuse();
    if (!DEVICE_ID.test(device) || !ADDRESS.test(address)) return refuse();
    holders[side] = { device, address };
  }
  return holders;
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
