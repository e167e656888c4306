import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import { BAND_UNITS, type Bands, memberCount } from '../../geometry/gang/bands.js';
import type { MapShape } from '../../geometry/region.js';
import type { BlockTimes, SentStrips, StageTime } from '../../scheduling/gang/block-times.js';
import type { Holder } from '../../scheduling/reuse/tile-reuse.js';
import type { StrategyName } from '../../scheduling/strategies/strategy.js';
import type { MapType } from '../../tensor/map-tensor.js';
import { decodeSafetensors, encodeSafetensors } from '../../tensor/safetensors.js';
import { blockTensors, type MapBlock, readBlocks } from './map-blocks.js';
import { requirePlan, STRATEGY } from './task-body.js';
import { ADDRESS, DEVICE_ID, DIGEST, FRAME_ID, MAX_ATTEMPT, type WireFacts, wireFacts } from './wire-facts.js';

interface BlockKey {
  readonly frame: string;
  /** The number of the block, and of the device that computes it, in its gang. */
  readonly member: number;
  readonly generation: number;
  readonly attempt: number;
}

/** A block of a frame on its way to the device that is to compute it. */
export interface BlockTaskBody extends BlockKey {
  readonly strategy: StrategyName;
  /** Digest of the whole letterboxed picture, */
  readonly inputDigest: string;
  /** and of the part of it that the member needs. */
  readonly partDigest: string;
  readonly bands: Bands;
  /** The gang's devices, by member. */
  readonly members: readonly Holder[];
  /** The picture as submitted: JPEG, PNG or WebP. */
  readonly picture: Uint8Array;
}

/** A block's part of the gang plan's outputs on its way to the gateway, and what it took. */
export interface BlockResultBody extends BlockKey, BlockTimes {
  readonly device: string;
  readonly inputDigest: string;
  /** Regions of the gang plan's output maps; none of an output of which the block has no cells. */
  readonly outputs: readonly MapBlock[];
  /** From having the task to starting it. */
  readonly waitMs: number;
  readonly computeMs: number;
  /** Body that carried the task. */
  readonly taskBytes: number;
  /** Bodies of strips that came. */
  readonly overlapBytes: number;
  /** Multiply-accumulates executed. */
  readonly macs: number;
}

/** What a body of a task or a result is about: a tile, a slice of rows (MoDNN), or the block of a gang's member. */
export type TaskBodyKind = 'tile' | 'slice' | 'block';

/** @throws DeepThingsError `DT_TENSOR_BODY` when it is no document of tensors. */
export function bodyKind(bytes: Uint8Array): TaskBodyKind {
  const { metadata } = decodeSafetensors(bytes);
  if (Object.hasOwn(metadata, 'kind') && metadata.kind === 'block') return 'block';
  return Object.hasOwn(metadata, 'layer') ? 'slice' : 'tile';
}

const MOST_BANDS = 64;

/** A device and its address take at most some 320 characters. */
const MOST_MEMBERS_TEXT = 64 * 1024;

/** A stage of a member with two neighbours takes some 60 characters. */
const STAGES = /^\[.{0,65536}\]$/s;
const BANDS = /^\{.{0,1024}\}$/s;
const MEMBERS = new RegExp(`^\\[.{0,${MOST_MEMBERS_TEXT}}\\]$`, 's');

/** @param digest of the plan that nodes agree on. */
export function encodeBlockTask(digest: string, task: BlockTaskBody): Uint8Array {
  const { picture, bands, members, strategy, inputDigest, partDigest } = task;
  const tensors = { picture: { type: 'U8' as const, shape: [picture.byteLength], data: picture } };
  return encodeSafetensors(tensors, {
    ...keyTexts(digest, task),
    strategy,
    inputDigest,
    partDigest,
    bands: JSON.stringify({ rows: bands.rows, columns: bands.columns }),
    members: JSON.stringify(members.map(({ device, address }) => ({ device, address }))),
  });
}

/**
 * Reads a task. Its picture is a view of the body, and is not looked into.
 *
 * @param digest of the plan that nodes agree on.
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_TASK_BODY` when the body is malformed.
 * @throws HttpProblem `DT_PLAN_MISMATCH` when it is a task of another plan.
 */
export function decodeBlockTask(digest: string, bytes: Uint8Array): BlockTaskBody {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const facts = wireFacts(metadata, 'DT_TASK_BODY');
  requirePlan(digest, facts.text('plan', DIGEST));
  const bands = readBands(facts);
  const members = readMembers(facts, memberCount(bands));
  const picture = tensors.get('picture');
  if (picture?.type !== 'U8' || picture.shape.length !== 1 || picture.data.length === 0 || tensors.size !== 1) {
    const got = `${picture?.type ?? 'none'} [${picture?.shape.join(', ') ?? ''}] of ${tensors.size} tensors`;
    throw new DeepThingsError(
      'DT_TASK_BODY',
      `expected one tensor "picture", U8 [bytes], at least one byte; got ${got}`,
    );
  }
  return {
    ...readKey(facts, members.length),
    strategy: facts.text('strategy', STRATEGY) as StrategyName,
    inputDigest: facts.text('inputDigest', DIGEST),
    partDigest: facts.text('partDigest', DIGEST),
    bands,
    members,
    picture: picture.data as Uint8Array,
  };
}

/**
 * @param digest of the plan that nodes agree on.
 * @param maps shapes of the gang plan's maps, by number.
 */
export function encodeBlockResult(
  digest: string,
  maps: readonly MapShape[],
  result: BlockResultBody,
  type: MapType,
): Uint8Array {
  return encodeSafetensors(blockTensors(maps, result.outputs, type), {
    ...keyTexts(digest, result),
    device: result.device,
    inputDigest: result.inputDigest,
    waitMs: String(result.waitMs),
    computeMs: String(result.computeMs),
    taskBytes: String(result.taskBytes),
    overlapBytes: String(result.overlapBytes),
    macs: String(result.macs),
    prepareMs: String(result.prepareMs),
    totalMs: String(result.totalMs),
    afterMs: String(result.afterMs),
    stages: JSON.stringify(result.stages.map(stageFacts)),
  });
}

/**
 * Reads a result. Values that came as F32 are views of the body. That its regions are those of the member's block is for the
 * caller to compare: here they lie on maps of the plan.
 *
 * @param digest of the plan that nodes agree on.
 * @param maps shapes of the gang plan's maps, by number.
 * @throws DeepThingsError `DT_TENSOR_BODY`, `DT_RESULT_BODY` when the body is malformed or of the wrong shape.
 * @throws HttpProblem `DT_PLAN_MISMATCH` when it is a result of another plan.
 */
export function decodeBlockResult(digest: string, maps: readonly MapShape[], bytes: Uint8Array): BlockResultBody {
  const { metadata, tensors } = decodeSafetensors(bytes);
  const facts = wireFacts(metadata, 'DT_RESULT_BODY');
  requirePlan(digest, facts.text('plan', DIGEST));
  return {
    ...readKey(facts, MOST_BANDS * MOST_BANDS),
    device: facts.text('device', DEVICE_ID),
    inputDigest: facts.text('inputDigest', DIGEST),
    outputs: readBlocks(maps, tensors, 'DT_RESULT_BODY'),
    waitMs: facts.amount('waitMs'),
    computeMs: facts.amount('computeMs'),
    taskBytes: facts.amount('taskBytes'),
    overlapBytes: facts.amount('overlapBytes'),
    macs: facts.amount('macs'),
    prepareMs: facts.amount('prepareMs'),
    totalMs: facts.amount('totalMs'),
    afterMs: facts.amount('afterMs'),
    stages: readStages(facts),
  };
}

function keyTexts(plan: string, { frame, member, generation, attempt }: BlockKey) {
  return {
    kind: 'block',
    plan,
    frame,
    member: String(member),
    generation: String(generation),
    attempt: String(attempt),
  };
}

function readKey(facts: WireFacts, members: number): BlockKey {
  facts.text('kind', /^block$/);
  return {
    frame: facts.text('frame', FRAME_ID),
    member: facts.whole('member', 0, members - 1),
    generation: facts.whole('generation', 1, MAX_ATTEMPT),
    attempt: facts.whole('attempt', 1, MAX_ATTEMPT),
  };
}

/** Microseconds are enough, and a frame has up to some hundred times. */
function roundedMs(ms: number): number {
  return Math.round(1000 * ms) / 1000;
}

/** `[stripsMs, beganMs, endedMs, computeMs, [[to, bytes], ...]]` */
function stageFacts({ beganMs, computeMs, endedMs, sent, stripsMs }: StageTime) {
  return [...[stripsMs, beganMs, endedMs, computeMs].map(roundedMs), sent.map(({ to, bytes }) => [to, bytes])];
}

function readStages(facts: WireFacts): readonly StageTime[] {
  const given = parse('DT_RESULT_BODY', facts.text('stages', STAGES));
  const stages = Array.isArray(given) ? given.map(readStage) : [null];
  if (stages.every((stage) => stage !== null)) return stages;
  throw new DeepThingsError(
    'DT_RESULT_BODY',
    'expected "stages" to be four times in ms for each gang stage (wait for strips, begin, end, engine) and the strips sent after it',
  );
}

function readStage(given: unknown): StageTime | null {
  if (!Array.isArray(given) || given.length !== 5) return null;
  const [stripsMs, beganMs, endedMs, computeMs, bodies] = given;
  if (![stripsMs, beganMs, endedMs, computeMs].every(isAmount) || !Array.isArray(bodies)) return null;
  const sent = bodies.map(readSent);
  return sent.every((body) => body !== null) ? { stripsMs, beganMs, endedMs, computeMs, sent } : null;
}

function readSent(given: unknown): SentStrips | null {
  if (!Array.isArray(given) || given.length !== 2 || !given.every(isAmount)) return null;
  const [to, bytes] = given;
  return Number.isInteger(to) && Number.isInteger(bytes) ? { to, bytes } : null;
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function readBands(facts: WireFacts): Bands {
  const { rows, columns } = parse('DT_TASK_BODY', facts.text('bands', BANDS)) as Partial<Bands>;
  if (isBoundaries(rows) && isBoundaries(columns)) return { rows, columns };
  throw new DeepThingsError(
    'DT_TASK_BODY',
    `expected "bands" to be boundaries of 1 to ${MOST_BANDS} rows and columns, whole numbers that ascend from 0 to ${BAND_UNITS}`,
  );
}

function isBoundaries(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.length <= MOST_BANDS + 1 &&
    value[0] === 0 &&
    value.at(-1) === BAND_UNITS &&
    value.every((at, i) => Number.isInteger(at) && (i === 0 || at > value[i - 1]))
  );
}

function readMembers(facts: WireFacts, count: number): readonly Holder[] {
  const given = parse('DT_TASK_BODY', facts.text('members', MEMBERS));
  const members = Array.isArray(given) && given.length === count ? given.map(readMember) : [null];
  if (members.every((member) => member !== null)) return members;
  throw new DeepThingsError(
    'DT_TASK_BODY',
    `expected "members" to be a device and an address for each of the ${count} blocks`,
  );
}

function readMember(given: unknown): Holder | null {
  const { device, address } = (given ?? {}) as Partial<Record<keyof Holder, unknown>>;
  if (typeof device !== 'string' || typeof address !== 'string') return null;
  return DEVICE_ID.test(device) && ADDRESS.test(address) ? { device, address } : null;
}

/** @throws DeepThingsError with the code, for a text that is no JSON. */
function parse(code: ErrorCode, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DeepThingsError(code, `expected JSON, got ${text.slice(0, 80)}`, { cause });
  }
}
