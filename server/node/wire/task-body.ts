import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import type { FtpPlan } from '../../geometry/ftp-plan.js';
import {
  containsRegion,
  EMPTY_REGION,
  intersectRegions,
  isEmptyRegion,
  type Region,
  regionArea,
  wholeMap,
} from '../../geometry/region.js';
import { SIDES, type Side } from '../../geometry/reuse/neighbours.js';
import { cutTile } from '../../geometry/reuse/tile-cut.js';
import type { Holder, Reuse } from '../../scheduling/reuse/tile-reuse.js';
import { STRATEGIES, type StrategyName } from '../../scheduling/strategies/strategy.js';
import type { TaskKey } from '../../scheduling/task-key.js';
import { cropRegion, placeRegion, regionShape } from '../../tensor/planes.js';
import { decodeSafetensors, layOutSafetensors, safetensorsBytes, type Tensor } from '../../tensor/safetensors.js';
import { HttpProblem } from '../problems/problem.js';
import { formatOffersToTile, OFFERS_TEXT, parseOffersToTile } from './offer-text.js';
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
  readonly strategy: StrategyName;
  /** Digest of the whole letterboxed picture that `input` was cut from: tiles of two decoders do not fit together. */
  readonly inputDigest: string;
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
  /** What is around the picture on the network's input: a byte for each channel. */
  readonly fill: readonly number[];
}

/** A frame's letterboxed picture. */
export interface LetterboxedInput {
  /** `[3, height, width]`. */
  readonly data: Uint8Array;
  /** What is to travel of it: beyond, all is `fill`. */
  readonly transmitted: Region;
}

const REGION = /^\d{1,5}(,\d{1,5}){3}$/;
/** Names of strategies in facts. */
export const STRATEGY = new RegExp(`^(${STRATEGIES.join('|')})$`);

export type TaskFacts = Omit<TaskBody, 'input'>;

function taskParts({ plan, digest }: WirePlan, task: TaskFacts, region: Region, transmitted: Region) {
  const sent = containsRegion(transmitted, region) ? region : intersectRegions(region, transmitted);
  const { channels, height, width } = regionShape(plan.maps[0]!.channels, sent);
  const metadata = {
    frame: task.frame,
    tile: String(task.tile),
    generation: String(task.generation),
    attempt: String(task.attempt),
    source: task.source,
    strategy: task.strategy,
    inputDigest: task.inputDigest,
    plan: digest,
    region: formatRegion(region),
    ...(sent !== region && { sent: formatRegion(sent) }),
    offers: formatOffersToTile(task.reuse.offers),
    holders: JSON.stringify(task.reuse.holders),
  };
  const shape = [channels, height, width];
  return { channels, sent, entries: [{ name: 'input', type: 'U8' as const, shape }], metadata };
}

function layOutTask(wirePlan: WirePlan, task: TaskFacts, region: Region, transmitted: Region) {
  const { channels, entries, metadata, sent } = taskParts(wirePlan, task, region, transmitted);
  const layout = layOutSafetensors(entries, metadata);
  return { channels, sent, bytes: layout.bytes, input: layout.tensors.get('input')!.data as Uint8Array };
}

/** Length of a task's body with this region of the picture, of which no more travels than that. */
export function taskBodyBytes(wirePlan: WirePlan, task: TaskFacts, region: Region, transmitted: Region): number {
  const { entries, metadata } = taskParts(wirePlan, task, region, transmitted);
  return safetensorsBytes(entries, metadata);
}

/** Cuts what a task still needs of the whole letterboxed picture, right into the body. */
export function cutTaskBody(wirePlan: WirePlan, task: TaskFacts, { data, transmitted }: LetterboxedInput): Uint8Array {
  const { plan } = wirePlan;
  const { input: region } = cutTile(plan, task.tile, task.reuse.offers);
  const { channels, bytes, input, sent } = layOutTask(wirePlan, task, region, transmitted);
  cropRegion(data, channels, wholeMap(plan.maps[0]!), sent, input);
  return bytes;
}

/** The body of a task whose input has been cut already. */
export function encodeTaskBody(wirePlan: WirePlan, task: TaskBody): Uint8Array {
  const { bytes, input } = layOutTask(wirePlan, task, task.input.region, wholeMap(wirePlan.plan.maps[0]!));
  input.set(task.input.data);
  return bytes;
}

/**
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_TASK_BODY` when the body is malformed or of the wrong shape.
 * @throws HttpProblem `DT_PLAN_MISMATCH` when it is a task of another plan.
 */
export function decodeTaskBody(wirePlan: WirePlan, bytes: Uint8Array): TaskBody {
  const { plan, digest } = wirePlan;
  const { metadata, tensors } = decodeSafetensors(bytes);
  const facts = wireFacts(metadata, 'DT_TASK_BODY');
  requirePlan(digest, facts.text('plan', DIGEST));
  const tile = facts.whole('tile', 0, plan.tiles.length - 1);
  const region = readInputRegion(plan, facts.text('region', REGION));
  const sent = facts.has('sent') ? readInputRegion(plan, facts.text('sent', REGION)) : region;
  if (!containsRegion(region, sent)) throw new DeepThingsError('DT_TASK_BODY', 'more input came than the task says');
  const data = requireTensor('DT_TASK_BODY', tensors, 'input', 'U8', plan.maps[0]!.channels, sent) as Uint8Array;
  return {
    frame: facts.text('frame', FRAME_ID),
    tile,
    generation: facts.whole('generation', 1, MAX_ATTEMPT),
    attempt: facts.whole('attempt', 1, MAX_ATTEMPT),
    source: facts.text('source', DEVICE_ID),
    strategy: facts.text('strategy', STRATEGY) as StrategyName,
    inputDigest: facts.text('inputDigest', DIGEST),
    reuse: readReuse(plan, tile, facts),
    input: { region, data: sent === region ? data : filledUp(wirePlan, region, data, sent) },
  };
}

/** What came of a region, with what is around the picture. */
function filledUp({ plan, fill }: WirePlan, region: Region, data: Uint8Array, sent: Region): Uint8Array {
  const { channels } = plan.maps[0]!;
  const area = regionArea(region);
  const whole = new Uint8Array(channels * area);
  for (let channel = 0; channel < channels; channel++) {
    whole.fill(fill[channel]!, channel * area, (channel + 1) * area);
  }
  if (!isEmptyRegion(sent)) placeRegion(whole, channels, region, data, sent);
  return whole;
}

function readInputRegion(plan: FtpPlan, text: string): Region {
  const [x0, y0, x1, y1] = text.split(',').map(Number) as [number, number, number, number];
  const region = { x0, x1, y0, y1 };
  if (isEmptyRegion(region)) return EMPTY_REGION;
  if (containsRegion(wholeMap(plan.maps[0]!), region)) return region;
  throw new DeepThingsError('DT_TASK_BODY', `expected a region of the network's input, got ${text}`);
}

function readReuse(plan: FtpPlan, tile: number, facts: WireFacts): Reuse {
  const offers = parseOffersToTile(plan, tile, facts.text('offers', OFFERS_TEXT), 'DT_TASK_BODY');
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
    'DT_PLAN_MISMATCH',
    `this node follows plan ${expected}, the body is of plan ${got}: give both nodes the same cluster.yaml and model`,
  );
}

/** A tensor of exactly one region of a map. */
export function requireTensor(
  code: ErrorCode,
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
