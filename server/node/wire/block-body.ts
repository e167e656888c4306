import type { ErrorCode } from '../../error-codes.js';
import { DeepThingsError } from '../../errors.js';
import { BAND_UNITS, type Bands, memberCount } from '../../geometry/gang/bands.js';
import type { BlockKey } from '../../scheduling/gang/block-times.js';
import type { Holder } from '../../scheduling/reuse/tile-reuse.js';
import { strategyNamed } from '../../scheduling/strategies/strategies.js';
import { STRATEGIES, type StrategyName } from '../../scheduling/strategies/strategy.js';
import { decodeSafetensors, encodeSafetensors, safetensorsBytes } from '../../tensor/safetensors.js';
import { requirePlan } from './task-body.js';
import { ADDRESS, DEVICE_ID, DIGEST, FRAME_ID, MAX_ATTEMPT, type WireFacts, wireFacts } from './wire-facts.js';

/** A block of a frame on its way to the device that is to compute it. */
export interface BlockTaskBody extends BlockKey {
  readonly strategy: StrategyName;
  /**
   * Digest of the part of the letterboxed picture that the member needs; null where the gateway has not letterboxed it, and members compare
   * what they see of each other's parts.
   */
  readonly partDigest: string | null;
  /** The score that boxes exceed, which the member decodes and sends; null where it sends its blocks of the maps. */
  readonly boxesAbove: number | null;
  readonly bands: Bands;
  /** The gang's devices, by member. */
  readonly members: readonly Holder[];
  /**
   * The picture as submitted: JPEG, PNG or WebP; where tasks carry the input, bytes of the member's part of the letterboxed picture,
   * `[3, height, width]`.
   */
  readonly picture: Uint8Array;
}

/** What a body of a task or a result is about: a tile, or the block of a gang's member. */
export type TaskBodyKind = 'tile' | 'block';

/** @throws DeepThingsError `DT_TENSOR_BODY` when it is no document of tensors. */
export function bodyKind(bytes: Uint8Array): TaskBodyKind {
  const { metadata } = decodeSafetensors(bytes);
  return Object.hasOwn(metadata, 'kind') && metadata.kind === 'block' ? 'block' : 'tile';
}

export const MOST_BANDS = 64;

const GANG_STRATEGY = new RegExp(`^(${STRATEGIES.filter((name) => strategyNamed(name).gang !== null).join('|')})$`);

/** A device and its address take at most some 320 characters. */
const MOST_MEMBERS_TEXT = 64 * 1024;

const BANDS = /^\{.{0,1024}\}$/s;
const MEMBERS = new RegExp(`^\\[.{0,${MOST_MEMBERS_TEXT}}\\]$`, 's');

/** @param digest of the plan that nodes agree on. */
export function encodeBlockTask(digest: string, task: BlockTaskBody): Uint8Array {
  const { picture } = task;
  const tensors = { picture: { type: 'U8' as const, shape: [picture.byteLength], data: picture } };
  return encodeSafetensors(tensors, taskFacts(digest, task));
}

/** Length of the body of a task that carries so many bytes of a picture. */
export function blockTaskBytes(digest: string, task: Omit<BlockTaskBody, 'picture'>, pictureBytes: number): number {
  return safetensorsBytes([{ name: 'picture', type: 'U8', shape: [pictureBytes] }], taskFacts(digest, task));
}

function taskFacts(digest: string, task: Omit<BlockTaskBody, 'picture'>) {
  const { bands, boxesAbove, members, strategy, partDigest } = task;
  return {
    ...keyTexts(digest, task),
    strategy,
    ...(partDigest !== null && { partDigest }),
    ...(boxesAbove !== null && { boxesAbove: String(boxesAbove) }),
    bands: JSON.stringify({ rows: bands.rows, columns: bands.columns }),
    members: JSON.stringify(members.map(({ device, address }) => ({ device, address }))),
  };
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
  const strategy = facts.text('strategy', GANG_STRATEGY) as StrategyName;
  const picture = tensors.get('picture');
  // A member's part of the input may be empty: where a device is very slow it has no row of a small map.
  const leastBytes = strategyNamed(strategy).gang!.carries === 'input' ? 0 : 1;
  if (picture?.type !== 'U8' || picture.shape.length !== 1 || picture.data.length < leastBytes || tensors.size !== 1) {
    const got = `${picture?.type ?? 'none'} [${picture?.shape.join(', ') ?? ''}] of ${tensors.size} tensors`;
    throw new DeepThingsError(
      'DT_TASK_BODY',
      `expected one tensor "picture", U8 [bytes], at least ${leastBytes} bytes; got ${got}`,
    );
  }
  return {
    ...readKey(facts, members.length),
    strategy,
    partDigest: facts.has('partDigest') ? facts.text('partDigest', DIGEST) : null,
    boxesAbove: facts.has('boxesAbove') ? facts.amount('boxesAbove') : null,
    bands,
    members,
    picture: picture.data as Uint8Array,
  };
}

/** The facts that name a block, in the body of a task or a result. */
export function keyTexts(plan: string, { frame, member, generation, attempt }: BlockKey) {
  return {
    kind: 'block',
    plan,
    frame,
    member: String(member),
    generation: String(generation),
    attempt: String(attempt),
  };
}

/** @param members most members of a gang. */
export function readKey(facts: WireFacts, members: number): BlockKey {
  facts.text('kind', /^block$/);
  return {
    frame: facts.text('frame', FRAME_ID),
    member: facts.whole('member', 0, members - 1),
    generation: facts.whole('generation', 1, MAX_ATTEMPT),
    attempt: facts.whole('attempt', 1, MAX_ATTEMPT),
  };
}

function readBands(facts: WireFacts): Bands {
  const { rows, columns } = parseJson('DT_TASK_BODY', facts.text('bands', BANDS)) as Partial<Bands>;
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
  const given = parseJson('DT_TASK_BODY', facts.text('members', MEMBERS));
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
export function parseJson(code: ErrorCode, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DeepThingsError(code, `expected JSON, got ${text.slice(0, 80)}`, { cause });
  }
}
